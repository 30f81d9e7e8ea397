// The storefront works without this file; here is what makes it smoother. No page holds a script of its own.
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Open panels close with Escape and with a click elsewhere.
  const menus = all("details[data-menu]");
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // A choice that is its own answer: the sort order.
  for (const control of all("[data-submit]")) control.addEventListener("change", () => control.form.requestSubmit());

  // Plus and minus beside a quantity; in the cart a change is sent after a moment of quiet.
  for (const stepper of all("[data-stepper]")) {
    const input = stepper.querySelector("input");
    const buttons = all("[data-step]", stepper);
    const refresh = () => {
      for (const button of buttons) {
        const next = Number(input.value) + Number(button.dataset.step);
        button.disabled = next < Number(input.min) || next > Number(input.max);
      }
    };
    for (const button of buttons) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const wanted = Number(input.value) + Number(button.dataset.step);
        input.value = Math.min(Number(input.max), Math.max(Number(input.min), wanted));
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    input.addEventListener("change", refresh);
    refresh();
  }
  for (const form of all("[data-quantity]")) {
    let timer;
    form.addEventListener("change", () => {
      clearTimeout(timer);
      timer = setTimeout(() => form.reportValidity() && form.requestSubmit(), 450);
    });
  }

  // A form that must go once: the button waits after the first press. Back from the next page wakes it again.
  for (const form of all("[data-once]")) {
    const button = form.querySelector("button:not([type=button])");
    form.addEventListener("submit", (event) => {
      if (button.getAttribute("aria-busy")) event.preventDefault();
      button.setAttribute("aria-busy", "true");
      button.setAttribute("aria-disabled", "true");
    });
    addEventListener("pageshow", () => { button.removeAttribute("aria-busy"); button.removeAttribute("aria-disabled"); });
  }

  // Nothing typed at the checkout is lost by leaving it: kept in this tab only, and dropped when the order is sent.
  for (const form of all("[data-keep]")) {
    const key = "keep:" + location.pathname;
    const fields = all("input:not([type=hidden]):not([type=radio]), textarea", form);
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
      for (const field of fields) if (!field.value && kept[field.name]) field.value = kept[field.name];
      form.addEventListener("input", () => {
        sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))));
      });
      form.addEventListener("submit", () => sessionStorage.removeItem(key));
    } catch { /* Storage may be forbidden; then nothing is kept. */ }
    for (const link of all("[data-address]", form)) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const address = JSON.parse(link.dataset.address);
        for (const name of ["name", "phone", "line1", "ward", "district", "province"]) {
          if (form.elements[name]) form.elements[name].value = address[name] || "";
        }
        for (const other of all("[data-address]", form)) other.removeAttribute("aria-current");
        link.setAttribute("aria-current", "true");
      });
    }
  }

  // A password can be looked at.
  for (const input of all("input[data-reveal]")) {
    if (!document.getElementById("icon-eye")) break;
    const box = document.createElement("div");
    box.className = "reveal";
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", input.dataset.reveal);
    button.setAttribute("aria-pressed", "false");
    button.append(document.getElementById("icon-eye").content.cloneNode(true));
    input.replaceWith(box);
    box.append(input, button);
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
  }

  // Gallery: thumbnails scroll the strip, not the page; a picture opens large in place.
  const gallery = document.querySelector("[data-gallery]");
  const strip = gallery && gallery.querySelector("ul.gallery-main");
  const showPicture = (slide) => { if (slide) strip.scrollTo({ left: slide.offsetLeft - strip.offsetLeft, behavior: "auto" }); };
  if (strip) {
    const thumbs = all(".gallery-thumbs a", gallery);
    for (const thumb of thumbs) {
      thumb.addEventListener("click", (event) => {
        event.preventDefault();
        showPicture(document.getElementById(thumb.hash.slice(1)));
      });
    }
    const watch = new IntersectionObserver((seen) => {
      for (const entry of seen) {
        if (!entry.isIntersecting) continue;
        for (const thumb of thumbs) {
          if (thumb.hash.slice(1) === entry.target.id) thumb.setAttribute("aria-current", "true");
          else thumb.removeAttribute("aria-current");
        }
      }
    }, { root: strip, threshold: 0.6 });
    for (const slide of strip.children) watch.observe(slide);
    const dialog = document.querySelector("dialog.zoom");
    if (dialog && dialog.showModal) {
      for (const link of all("[data-zoom]", strip)) {
        link.addEventListener("click", (event) => {
          event.preventDefault();
          const picture = link.querySelector("img");
          dialog.querySelector("img").src = link.href;
          dialog.querySelector("img").alt = picture.alt;
          dialog.showModal();
        });
      }
      dialog.addEventListener("click", () => dialog.close());
    }
  }

  // Option picker: one radio group an option, in place of the list of variants that is always in the form.
  const buy = document.querySelector("[data-buy]");
  const select = buy && buy.querySelector("select[name=variant_id]");
  if (select) {
    const groups = all("[data-option]", buy);
    const variants = all("option", select).map((option) => ({ option, values: JSON.parse(option.dataset.values) }));
    for (const { option } of variants) option.disabled = false;
    const chosen = () => groups.map((group) => group.querySelector("input:checked")?.value);
    const find = (values) => variants.find((variant) => variant.values.every((value, at) => value === values[at]));
    const available = (variant) => (variant ? Number(variant.option.dataset.available) : 0);
    const add = buy.querySelector("[data-add]");
    const quantity = buy.querySelector("#quantity");
    const stock = buy.querySelector("#stock");

    const grey = () => {
      const now = chosen();
      groups.forEach((group, at) => {
        for (const input of all("input", group)) {
          const wanted = now.map((value, other) => (other === at ? input.value : value));
          const out = available(find(wanted)) < 1;
          input.closest("label").classList.toggle("is-out", out);
          if (out) input.setAttribute("aria-description", add.dataset.out); else input.removeAttribute("aria-description");
        }
      });
    };
    const setPrice = ({ price, old, off }) => {
      const place = document.querySelector("#price .price");
      const part = (tag, name, text) => {
        const node = document.createElement(tag);
        node.className = name;
        node.textContent = text;
        return node;
      };
      place.replaceChildren(part("strong", old ? "price-now price-sale" : "price-now", price));
      if (old) {
        const struck = part("span", "price-old", "");
        struck.append(part("s", "", old));
        place.append(struck, part("span", "price-off", off));
      }
      document.getElementById("bar-price").textContent = price;
    };
    const show = (picture) => {
      groups.forEach((group) => { group.querySelector("output").textContent = group.querySelector("input:checked")?.value ?? ""; });
      grey();
      const variant = find(chosen());
      const left = available(variant);
      add.disabled = left < 1;
      add.querySelector("span").textContent = left < 1 ? add.dataset.out : add.dataset.label;
      stock.classList.toggle("is-out", left < 1);
      stock.classList.toggle("is-few", left > 0 && left <= 5);
      if (!variant) return;
      select.value = variant.option.value;
      stock.textContent = variant.option.dataset.stock;
      document.getElementById("sku").textContent = variant.option.dataset.sku;
      if (quantity && left > 0) {
        quantity.max = Math.min(left, 99);
        if (Number(quantity.value) > Number(quantity.max)) quantity.value = quantity.max;
        quantity.dispatchEvent(new Event("change"));
      }
      if (picture) {
        setPrice(variant.option.dataset);
        if (strip && variant.option.dataset.image) showPicture(strip.querySelector(`[data-image="${CSS.escape(variant.option.dataset.image)}"]`));
      }
    };
    for (const group of groups) group.addEventListener("change", () => show(true));
    show(false);
  }

  // Share, where the browser can.
  for (const button of all("[data-share]")) {
    if (!navigator.share) continue;
    button.hidden = false;
    button.addEventListener("click", () => navigator.share({ title: document.title, url: location.href }).catch(() => {}));
  }
});
