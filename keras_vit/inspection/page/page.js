// Where a model attends: draws what page.html holds as data. Nothing is loaded.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const state = { image: 0, view: "Attention", block: 0, head: -1, place: 0 };
  const picture = new Image();
  let unpacked = null; // the view that is shown, decoded

  // ---- decoding ----

  async function inflate(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer();
  }

  async function unpack(view) {
    if (!view.decoded) {
      const [codes, scales, places] = await Promise.all(
        [view.codes, view.scales, view.places].map(inflate));
      const where = new Int16Array(places);
      const window_of = new Map(); // place -> [window, token]
      where.forEach((place, i) => {
        if (place !== -1) window_of.set(place, [Math.floor(i / view.tokens), i % view.tokens]);
      });
      view.decoded = { codes: new Uint8Array(codes), scales: new Float32Array(scales), where, window_of };
    }
    return view;
  }

  function weight(view, window, head, query, key) {
    const row = (window * view.heads + head) * view.tokens + query;
    const number = row * view.tokens + key;
    const pair = view.decoded.codes[number >> 1];
    const code = number % 2 ? pair & 15 : pair >> 4;
    return (code / 15) ** 2 * view.decoded.scales[row];
  }

  // What a place takes from each other place: place -> weight. Head -1 is the mean.
  function weightsFrom(view, place, head) {
    const found = view.decoded.window_of.get(place);
    const weights = new Map();
    if (!found) return weights;
    const [window, query] = found;
    const heads = head < 0 ? [...Array(view.heads).keys()] : [Math.min(head, view.heads - 1)];
    for (let key = 0; key < view.tokens; key++) {
      const at = view.decoded.where[window * view.tokens + key];
      if (at === -1) continue;
      let sum = 0;
      for (const h of heads) sum += weight(view, window, h, query, key);
      weights.set(at, sum / heads.length);
    }
    return weights;
  }

  // ---- drawing ----

  function fit(canvas) {
    const scale = 448 / Math.max(picture.naturalWidth, picture.naturalHeight);
    canvas.width = Math.round(picture.naturalWidth * scale);
    canvas.height = Math.round(picture.naturalHeight * scale);
    return canvas.getContext("2d");
  }

  function cell(view, canvas, place) {
    const row = Math.floor(place / view.columns), column = place % view.columns;
    const x = Math.round((column * canvas.width) / view.columns);
    const y = Math.round((row * canvas.height) / view.rows);
    return [x, y, Math.round(((column + 1) * canvas.width) / view.columns) - x,
      Math.round(((row + 1) * canvas.height) / view.rows) - y];
  }

  function outline(context, box) {
    context.lineWidth = 4; context.strokeStyle = "#000"; context.strokeRect(...box);
    context.lineWidth = 2; context.strokeStyle = "#fff"; context.strokeRect(...box);
  }

  function draw() {
    const view = unpacked;
    const weights = weightsFrom(view, state.place, state.head);
    const left = fit($("photograph")), right = fit($("map"));
    left.drawImage(picture, 0, 0, $("photograph").width, $("photograph").height);
    if (state.place >= 0) outline(left, cell(view, $("photograph"), state.place));

    const patches = [...weights].filter(([place]) => place >= 0);
    const most = Math.max(...patches.map(([, w]) => w), 1e-12);
    right.fillStyle = "rgb(" + data.colors[0] + ")";
    right.fillRect(0, 0, $("map").width, $("map").height);
    for (const [place, w] of patches) {
      const color = data.colors[Math.min(255, Math.round((255 * w) / most))];
      right.fillStyle = "rgb(" + color + ")";
      right.fillRect(...cell(view, $("map"), place));
    }
    if ($("beneath").checked) {
      right.globalAlpha = 0.35;
      right.filter = "grayscale(1)"; // or its colors would mix with the map's
      right.drawImage(picture, 0, 0, $("map").width, $("map").height);
      right.filter = "none";
      right.globalAlpha = 1;
    }
    if (state.place >= 0) outline(right, cell(view, $("map"), state.place));
    $("high").textContent = most.toPrecision(2);
    $("unit").textContent = state.view === "Similarity" ? "cosine" : "weight";
    $("words").textContent = inWords(view, weights, most);
  }

  function name(view, place) {
    if (place === -2) return "the class token";
    if (place < -2) return "register token " + (-2 - place);
    return "row " + (1 + Math.floor(place / view.columns)) + ", column " + (1 + (place % view.columns));
  }

  function inWords(view, weights, most) {
    const patches = [...weights].filter(([place]) => place >= 0);
    const best = patches.reduce((a, b) => (b[1] > a[1] ? b : a), [0, -1]);
    const verb = state.view === "Similarity" ? "is most like" : "takes most from";
    const subject = name(view, state.place);
    let text = subject[0].toUpperCase() + subject.slice(1) + " " + verb + " " +
      name(view, best[0]) + " (" + most.toPrecision(2) + ").";
    if (weights.has(-2) && state.view !== "Similarity") {
      text += " From the class token it takes " + weights.get(-2).toPrecision(2) + ".";
    }
    return text;
  }

  // ---- choices ----

  function options(select, names, chosen) {
    select.replaceChildren(...names.map(([value, text]) => {
      const option = document.createElement("option");
      option.value = value; option.textContent = text; option.selected = value === chosen;
      return option;
    }));
    select.parentElement.hidden = names.length < 2;
  }

  async function choose(change) {
    const before = unpacked;
    Object.assign(state, change);
    const image = data.images[state.image];
    if (!image.views[state.view]) state.view = Object.keys(image.views)[0];
    const views = image.views[state.view];
    state.block = Math.max(0, Math.min(state.block, views.length - 1));
    const view = await unpack(views[state.block]);
    state.head = Math.min(state.head, view.heads - 1);
    if (before && state.place >= 0 && !("place" in change)) state.place = carried(before, view);
    if (!view.decoded.window_of.has(state.place)) state.place = 0;
    unpacked = view;

    options($("image"), data.images.map((one, i) => [String(i), one.title]), String(state.image));
    options($("view"), Object.keys(image.views).map((v) => [v, v]), state.view);
    options($("block"), views.map((v, i) => [String(i), v.name]), String(state.block));
    const heads = [...Array(view.heads).keys()].map((h) => [String(h), String(h + 1)]);
    options($("head"), view.heads > 1 ? [["-1", "mean of all"], ...heads] : heads,
      String(view.heads > 1 ? state.head : 0));
    $("class-token").hidden = !view.decoded.window_of.has(-2);
    $("title").textContent = image.title;
    $("answers").textContent = image.answers.join(", ");
    if (picture.src !== image.picture) {
      picture.src = image.picture;
      await picture.decode();
    }
    draw();
  }

  // The same spot on a grid of another size.
  function carried(from, to) {
    const row = Math.floor(state.place / from.columns), column = state.place % from.columns;
    return Math.floor(((row + 0.5) * to.rows) / from.rows) * to.columns +
      Math.floor(((column + 0.5) * to.columns) / from.columns);
  }

  function placeUnder(event) {
    const box = $("photograph").getBoundingClientRect();
    const at = (share, count) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    return at((event.clientY - box.top) / box.height, unpacked.rows) * unpacked.columns +
      at((event.clientX - box.left) / box.width, unpacked.columns);
  }

  function move(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = steps[event.key];
    if (!step || !unpacked) return;
    event.preventDefault();
    const place = Math.max(0, state.place);
    const row = Math.floor(place / unpacked.columns) + step[0];
    const column = (place % unpacked.columns) + step[1];
    if (row < 0 || column < 0 || row >= unpacked.rows || column >= unpacked.columns) return;
    choose({ place: row * unpacked.columns + column });
  }

  $("photograph").addEventListener("pointermove", (e) => unpacked && choose({ place: placeUnder(e) }));
  $("photograph").addEventListener("pointerdown", (e) => unpacked && choose({ place: placeUnder(e) }));
  $("photograph").addEventListener("keydown", move);
  $("image").addEventListener("change", (e) => choose({ image: Number(e.target.value) }));
  $("view").addEventListener("change", (e) => choose({ view: e.target.value }));
  $("block").addEventListener("change", (e) => choose({ block: Number(e.target.value) }));
  $("head").addEventListener("change", (e) => choose({ head: Number(e.target.value) }));
  $("beneath").addEventListener("change", () => unpacked && draw());
  $("class-token").addEventListener("click", () => choose({ place: -2 }));
  $("controls").addEventListener("submit", (e) => e.preventDefault());

  const bar = $("bar").getContext("2d");
  data.colors.forEach((color, i) => {
    bar.fillStyle = "rgb(" + color + ")";
    bar.fillRect(i, 0, 1, 12);
  });

  // For tests and the curious: what is shown, as numbers.
  window.explorer = {
    state,
    weights: () => Object.fromEntries(weightsFrom(unpacked, state.place, state.head)),
    ready: choose({ block: data.images[0].views.Attention.length - 1,
      place: Math.floor(data.images[0].views.Attention[0].rows / 2) *
        data.images[0].views.Attention[0].columns }),
  };
})();
