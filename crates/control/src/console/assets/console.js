// What a page does beyond its forms and links. Every page is whole without it.
"use strict";
(() => {
  const find = document.getElementById("find");
  // Whoever speaks to the machine, or rests a hand on the keys, turns single keys off.
  const stored = () => {
    try {
      return localStorage.getItem("single-keys");
    } catch {
      return null;
    }
  };
  let isOff = stored() === "off";
  const turn = document.getElementById("keys-off");
  if (turn) {
    turn.hidden = false;
    turn.ariaPressed = String(isOff);
    turn.addEventListener("click", () => {
      isOff = !isOff;
      turn.ariaPressed = String(isOff);
      try {
        localStorage.setItem("single-keys", isOff ? "off" : "on");
      } catch {
        // It counts for this page, then.
      }
    });
  }
  const isTyping = (at) => at.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") !== null;

  // The menu closes like a menu.
  const menus = document.querySelectorAll("details.who");
  document.addEventListener("click", (event) => {
    for (const menu of menus) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) {
      if (menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (isOff || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/" && find) {
      event.preventDefault();
      find.focus();
    }
  });

  // The review queue by keys: j and k go through it, a letter chooses what is to be done,
  // the reason is written, Ctrl and Enter send it. Nothing is sent by one key alone.
  const items = [...document.querySelectorAll("[data-item]")];
  const keys = document.getElementById("keys");
  if (!keys) return;
  let place = -1;
  let chosen = null;
  const go = (to) => {
    if (items.length === 0) return;
    if (place >= 0) items[place].classList.remove("current");
    place = Math.max(0, Math.min(items.length - 1, to));
    items[place].classList.add("current");
    items[place].focus({ preventScroll: true });
    items[place].scrollIntoView({ block: "nearest" });
  };
  const choose = (button) => {
    if (chosen) chosen.classList.remove("chosen");
    chosen = button;
    chosen.classList.add("chosen");
    button.form.querySelector("textarea").focus();
  };
  for (const [at, item] of items.entries()) {
    item.addEventListener("focusin", () => {
      if (place !== at) {
        if (place >= 0) items[place].classList.remove("current");
        place = at;
        item.classList.add("current");
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (chosen && chosen.form.contains(event.target)) {
        event.preventDefault();
        chosen.click();
      }
      return;
    }
    if (event.key === "Escape" && isTyping(event.target) && place >= 0) {
      items[place].focus();
      return;
    }
    if (isOff || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "?") {
      keys.togglePopover();
    } else if (event.key === "j") {
      go(place + 1);
    } else if (event.key === "k") {
      go(place - 1);
    } else if (place >= 0 && /^[a-z]$/.test(event.key)) {
      const what = items[place].querySelector(`[data-key="${event.key}"]`);
      if (!what) return;
      event.preventDefault();
      if (what.form && what.type !== "checkbox") choose(what);
      else what.click();
    }
  });
})();
