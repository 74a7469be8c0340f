// Draws Flex messages. Proportions follow the app; sizes given in words become pixels here.

import { button, el, t } from "./dom.js";

const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const TEXT = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const IMAGE = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220 };
const BORDER = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
const BUBBLE = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386 };
const SIDES = { Top: "top", Bottom: "bottom", Start: "inline-start", End: "inline-end" };
const EDGE = { Top: "top", Bottom: "bottom", Start: "left", End: "right" };
const ALIGN = { start: "flex-start", end: "flex-end", center: "center" };
const GRAVITY = { top: "flex-start", bottom: "flex-end", center: "center" };

function size(value, table) {
  if (value === undefined || value === null) return undefined;
  return value in table ? `${table[value]}px` : value;
}

function textSize(value, follows) {
  const given = size(value ?? "md", TEXT);
  return follows ? `calc(${given} * var(--scale, 1))` : given;
}

function place(made, part, parent) {
  const style = made.style;
  if (part.position === "absolute") style.position = "absolute";
  for (const [name, edge] of Object.entries(EDGE)) {
    const offset = size(part[`offset${name}`], SPACE);
    if (offset !== undefined) {
      style[edge] = offset;
      if (part.position !== "absolute") style.position = "relative";
    }
  }
  const grows = part.flex ?? (parent === "vertical" ? 0 : { icon: 0, separator: 0 }[part.type] ?? 1);
  if (parent === "vertical") style.flex = grows ? `${grows} 0 auto` : "none";
  else style.flex = grows ? `${grows} 1 0` : "none";
  if (part.type === "filler") style.flex = `${part.flex ?? 1} 1 0`;
}

// Something with an action works by mouse and by keyboard.
function tappable(made, action, onTap) {
  if (!action) return made;
  made.classList.add("tappable");
  made.tabIndex = 0;
  made.setAttribute("role", action.type === "uri" ? "link" : "button");
  if (action.label) made.setAttribute("aria-label", action.label);
  const tap = (event) => {
    event.stopPropagation();
    onTap(action);
  };
  made.addEventListener("click", tap);
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      tap(event);
    }
  });
  return made;
}

function letters(made, part, inherited) {
  const style = made.style;
  if (part.size || !inherited) style.fontSize = textSize(part.size, part.scaling ?? inherited?.scaling);
  if (part.color) style.color = part.color;
  if (part.weight) style.fontWeight = part.weight === "bold" ? "700" : "400";
  if (part.style) style.fontStyle = part.style;
  if (part.decoration) style.textDecoration = part.decoration;
}

function drawText(part, parent, onTap) {
  const inner = el("span", { className: "flex-words" });
  if (part.contents?.length) {
    for (const span of part.contents) {
      const made = el("span", { text: span.text });
      letters(made, span, part);
      inner.append(made);
    }
  } else {
    inner.textContent = part.text;
  }
  const made = el("div", { className: "flex-text" }, inner);
  letters(made, part, null);
  made.style.textAlign = part.align ?? "start";
  made.style.justifyContent = GRAVITY[part.gravity] ?? "flex-start";
  if (part.lineSpacing) made.style.lineHeight = `calc(1.35em + ${part.lineSpacing})`;
  if (part.wrap) made.classList.add("flex-wrap");
  if (part.wrap && part.maxLines) {
    inner.classList.add("flex-clamp");
    inner.style.setProperty("-webkit-line-clamp", part.maxLines);
  }
  if (part.adjustMode === "shrink-to-fit") requestAnimationFrame(() => shrink(made, inner));
  return tappable(made, part.action, onTap);
}

function shrink(box, inner) {
  let now = parseFloat(getComputedStyle(box).fontSize);
  while (inner.scrollWidth > box.clientWidth + 1 && now > 8) {
    now -= 1;
    box.style.fontSize = `${now}px`;
  }
}

function drawButton(part, parent, onTap) {
  const kind = part.style ?? "link";
  const made = button(part.action.label, () => onTap(part.action), {
    className: `flex-button ${kind} ${part.height === "sm" ? "small" : "middle"}`,
  });
  made.style.fontSize = textSize("md", part.scaling);
  if (part.color) made.style.setProperty(kind === "link" ? "color" : "background-color", part.color);
  const holder = el("div", { className: "flex-button-holder" }, made);
  holder.style.justifyContent = GRAVITY[part.gravity] ?? "flex-start";
  if (part.adjustMode === "shrink-to-fit") {
    made.classList.add("one-line");
    requestAnimationFrame(() => shrink(made, made));
  }
  return holder;
}

// Only pictures of this host are loaded: the page's policy lets in no other.
export function picture(url, label) {
  const address = new URL(url, location.href);
  if (address.origin === location.origin) return el("img", { src: address.href, alt: label ?? "" });
  return el("span", { className: "no-picture", text: label ?? t("sim-picture") });
}

function ratio(value) {
  return (value ?? "1:1").replace(":", " / ");
}

function drawImage(part, parent, onTap) {
  const frame = el("div", { className: "flex-image" }, picture(part.url, part.action?.label));
  frame.style.width = part.size === "full" ? "100%" : size(part.size ?? "md", IMAGE);
  frame.style.aspectRatio = ratio(part.aspectRatio);
  frame.style.setProperty("--fit", part.aspectMode === "cover" ? "cover" : "contain");
  if (part.backgroundColor) frame.style.backgroundColor = part.backgroundColor;
  const made = el("div", { className: "flex-image-holder" }, frame);
  made.style.alignItems = ALIGN[part.align] ?? "center";
  made.style.justifyContent = GRAVITY[part.gravity] ?? "flex-start";
  return tappable(made, part.action, onTap);
}

function drawIcon(part) {
  const made = el("div", { className: "flex-icon" }, picture(part.url, ""));
  const tall = textSize(part.size, part.scaling);
  made.style.height = tall;
  made.style.aspectRatio = ratio(part.aspectRatio);
  return made;
}

function drawSeparator(part, parent) {
  const made = el("div", { className: parent === "vertical" ? "flex-line" : "flex-line upright" });
  if (part.color) made.style.backgroundColor = part.color;
  return made;
}

const DRAW = {
  box: (part, parent, onTap) => drawBox(part, onTap),
  text: drawText,
  button: drawButton,
  image: drawImage,
  video: (part, parent, onTap) => draw(part.altContent, parent, onTap),
  icon: drawIcon,
  separator: drawSeparator,
  filler: () => el("div", { className: "flex-filler" }),
  spacer: (part) => el("div", { style: { height: size(part.size ?? "md", SPACE) } }),
};

function draw(part, parent, onTap) {
  const made = DRAW[part.type]?.(part, parent, onTap) ?? el("div");
  place(made, part, parent);
  return made;
}

function fillBox(made, part, onTap) {
  const layout = part.layout;
  part.contents.forEach((child, index) => {
    const drawn = draw(child, layout, onTap);
    const before = size(child.margin ?? part.spacing, SPACE);
    const stands = child.position === "absolute";
    if (index > 0 && before && !stands) drawn.style[layout === "vertical" ? "marginTop" : "marginLeft"] = before;
    made.append(drawn);
  });
}

export function drawBox(part, onTap) {
  const made = el("div", { className: `flex-box ${part.layout}` });
  const style = made.style;
  style.backgroundColor = part.backgroundColor ?? "";
  if (part.background) {
    const { angle, startColor, centerColor, centerPosition, endColor } = part.background;
    const middle = centerColor ? `, ${centerColor} ${centerPosition ?? "50%"}` : "";
    style.backgroundImage = `linear-gradient(${angle}, ${startColor}${middle}, ${endColor})`;
  }
  if (part.borderWidth || part.borderColor) {
    style.border = `${size(part.borderWidth ?? "normal", BORDER)} solid ${part.borderColor ?? "#d4d6da"}`;
  }
  if (part.cornerRadius) {
    style.borderRadius = size(part.cornerRadius, SPACE);
    style.overflow = "hidden";
  }
  for (const name of ["width", "maxWidth", "height", "maxHeight"]) if (part[name]) style[name] = part[name];
  if (part.paddingAll) style.padding = size(part.paddingAll, SPACE);
  for (const [name, side] of Object.entries(SIDES)) {
    const padding = size(part[`padding${name}`], SPACE);
    if (padding !== undefined) style.setProperty(`padding-${side}`, padding);
  }
  if (part.justifyContent) style.justifyContent = part.justifyContent;
  if (part.alignItems) style.alignItems = part.alignItems;
  fillBox(made, part, onTap);
  return tappable(made, part.action, onTap);
}

function drawBlock(name, bubble, onTap) {
  const part = bubble[name];
  if (!part) return null;
  const look = bubble.styles?.[name] ?? {};
  const made = el("div", { className: `flex-${name}` });
  if (look.backgroundColor) made.style.backgroundColor = look.backgroundColor;
  if (look.separator) {
    made.classList.add("separated");
    if (look.separatorColor) made.style.borderTopColor = look.separatorColor;
  }
  const inner = draw(part, "vertical", onTap);
  if (part.type === "box" && name !== "hero") inner.classList.add("padded");
  made.append(inner);
  return made;
}

export function drawBubble(bubble, onTap) {
  const made = el("div", { className: `flex-bubble ${bubble.size ?? "mega"}`, dir: bubble.direction ?? "ltr" });
  made.style.width = `${BUBBLE[bubble.size ?? "mega"]}px`;
  for (const name of ["header", "hero", "body", "footer"]) {
    const block = drawBlock(name, bubble, onTap);
    if (block) made.append(block);
  }
  return tappable(made, bubble.action, onTap);
}

export function drawFlex(contents, altText, onTap) {
  if (contents.type === "bubble") return drawBubble(contents, onTap);
  const row = el("div", { className: "carousel", tabIndex: 0, attrs: { role: "group", "aria-label": altText } });
  row.append(...contents.contents.map((bubble) => drawBubble(bubble, onTap)));
  return row;
}
