// Masks the calendar address until "Show" is pressed, and copies it. Without this file the page works too.
"use strict";
(function () {
  const field = document.getElementById("address");
  const show = document.getElementById("show");
  const copy = document.getElementById("copy");
  const told = document.getElementById("told");
  const address = field.defaultValue;
  const masked = address.replace(/\/f\/[^/]+/, "/f/••••••••••••");

  function isShown() {
    return field.value === address;
  }

  function setShown(shown) {
    field.value = shown ? address : masked;
    show.textContent = shown ? "Hide" : "Show";
  }

  // navigator.clipboard is there only over https; the older way needs the selected address.
  function copyTheOldWay() {
    const before = isShown();
    setShown(true);
    field.select();
    const done = document.execCommand("copy");
    setShown(before);
    return done;
  }

  async function copied() {
    try {
      await navigator.clipboard.writeText(address);
      return true;
    } catch (_) {
      return copyTheOldWay();
    }
  }

  show.addEventListener("click", function () { setShown(!isShown()); });
  copy.addEventListener("click", async function () {
    const done = await copied();
    told.textContent = done ? "Copied. Paste it in your calendar program."
      : "Your browser did not allow that: press Show, select the address and copy it.";
    if (!done) { setShown(true); field.select(); }
  });
  // Whoever selects the dots and copies them means the address.
  field.addEventListener("copy", function (event) {
    event.clipboardData.setData("text/plain", address);
    event.preventDefault();
  });

  setShown(false);
  show.hidden = copy.hidden = false;
})();
