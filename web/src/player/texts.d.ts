// Files that are bundled as text.

declare module "*.html" {
  const text: string;
  export default text;
}

declare module "hls.js/LICENSE" {
  const text: string;
  export default text;
}
