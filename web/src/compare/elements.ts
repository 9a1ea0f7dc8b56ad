// Makes elements and icons. Refuses to know what they are for.

type Attributes = Readonly<Record<string, string>>;

/** Makes an element. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an icon from a path in a square of 24, as the page's own icons are. */
export function icon(path: string): SVGElement {
  const made = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" })) {
    made.setAttribute(key, value);
  }
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

/** Makes a button of an icon, with its name for screen readers and as a hint. */
export function iconButton(path: string, name: string, handle: string, act: () => void): HTMLButtonElement {
  const button = textButton("", handle, act);
  button.className = "button button--icon";
  button.replaceChildren(icon(path));
  button.setAttribute("aria-label", name);
  button.title = name;
  return button;
}

/** Makes a button with a text. */
export function textButton(text: string, handle: string, act: () => void): HTMLButtonElement {
  const button = element("button", { type: "button", class: "button", "data-testid": handle }, text);
  button.addEventListener("click", act);
  return button;
}
