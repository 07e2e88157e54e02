// What is wrong with a page for somebody who cannot see it, or not well. An expression that
// comes to a list of sentences; empty is good.
(() => {
  const wrong = [];
  const told = (element) => element.outerHTML.slice(0, 160);
  const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });

  if (!document.documentElement.lang) wrong.push("the page has no language");
  if (!document.title.trim()) wrong.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("there is not one main");
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  if (headings.filter((h) => h.tagName === "H1").length !== 1) wrong.push("there is not one h1");
  let level = 0;
  for (const heading of headings) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) wrong.push(`h${own} after h${level}: ${told(heading)}`);
    level = own;
  }
  const ids = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) wrong.push(`the id ${element.id} stands twice`);
    ids.add(element.id);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const words = [...field.labels].map((label) => label.textContent).join("").trim();
    if (!words && !field.ariaLabel) wrong.push(`a field without a label: ${told(field)}`);
  }
  for (const control of document.querySelectorAll("a[href], button, summary")) {
    if (!control.textContent.trim() && !control.ariaLabel) wrong.push(`no words: ${told(control)}`);
  }
  for (const drawing of document.querySelectorAll("svg:not([aria-hidden])")) {
    if (drawing.role !== "img" || !drawing.ariaLabel) wrong.push(`a drawing without words: ${told(drawing)}`);
  }
  for (const cell of document.querySelectorAll("table th")) {
    if (!cell.scope) wrong.push(`a heading of a table without a scope: ${told(cell)}`);
  }

  // Contrast, WCAG 2.2, 1.4.3.
  const parsed = (text) => {
    const parts = text.match(/[\d.]+/g)?.map(Number);
    return parts && { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
  };
  const luminance = (rgb) => {
    const linear = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parsed(getComputedStyle(at).backgroundColor);
      if (colour && colour.alpha === 1) return colour.rgb;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(element) || !shown(element)) continue;
    seen.add(element);
    if (element.closest("svg, .unseen, .skip, option")) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(parsed(style.color).rgb), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${told(element)}`);
  }
  return [...new Set(wrong)].slice(0, 20);
})();
