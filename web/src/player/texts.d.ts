// Files that are bundled as their text.

declare module "*.html" {
  const text: string;
  export default text;
}

declare module "hls.js/LICENSE" {
  const text: string;
  export default text;
}
