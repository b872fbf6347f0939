// The course's equations, from the LaTeX of gru_lab.conventions to MathML that every browser typesets by itself.
// It knows that grammar and nothing more: an equation it cannot read is an error, not a guess.

const TOKEN = /\s*(\\tilde\{h\}|\\sigma|\\tanh|\\odot|\\log|\\frac|[A-Za-z0-9.]+|[_{}()+\-=,])/y;

function tokens(latex) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < latex.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(latex);
    if (!match) throw new Error(`cannot read the equation at “${latex.slice(start)}”`);
    found.push(match[1]);
  }
  return found;
}

/**
 * LaTeX -> a tree: {type: "equals", left, right}, {type: "sum", signs, terms}, {type: "product", dot, factors},
 * {type: "call", name, argument}, {type: "group", inner}, {type: "name", name, below}, {type: "number", text}.
 * In a product, dot[i] says whether ⊙ stands before factor i; without it a matrix acts on what follows.
 */
export function parseEquation(latex) {
  const list = tokens(latex);
  let at = 0;
  const peek = () => list[at];
  const take = (wanted) => {
    const token = list[at];
    if (wanted !== undefined && token !== wanted) throw new Error(`cannot read “${latex}”: “${wanted}” expected, found “${token}”`);
    at += 1;
    return token;
  };
  const subscript = () => {
    if (peek() !== "_") return "";
    take("_");
    if (peek() !== "{") return take();
    take("{");
    let text = "";
    while (peek() !== "}") text += take();
    take("}");
    return text;
  };
  const factor = () => {
    const token = take();
    if (token === "(") {
      const inner = sum();
      take(")");
      return { type: "group", inner };
    }
    if (token === "\\sigma" || token === "\\tanh") {
      take("(");
      const argument = sum();
      take(")");
      return { type: "call", name: token.slice(1), argument };
    }
    if (token === "\\tilde{h}") return { type: "name", name: "candidate", below: subscript() };
    if (/^[0-9.]+$/.test(token)) return { type: "number", text: token };
    if (/^[A-Za-z]$/.test(token)) return { type: "name", name: token, below: subscript() };
    throw new Error(`cannot read “${latex}” at “${token}”`);
  };
  const ends = (token) => token === undefined || ["+", "-", ")", "="].includes(token);
  const product = () => {
    const factors = [factor()];
    const dot = [false];
    while (!ends(peek())) {
      const pointwise = peek() === "\\odot";
      if (pointwise) take();
      dot.push(pointwise);
      factors.push(factor());
    }
    return factors.length === 1 ? factors[0] : { type: "product", dot, factors };
  };
  const sum = () => {
    const signs = ["+"];
    const terms = [product()];
    while (peek() === "+" || peek() === "-") {
      signs.push(take());
      terms.push(product());
    }
    return terms.length === 1 ? terms[0] : { type: "sum", signs, terms };
  };
  const left = sum();
  take("=");
  const right = sum();
  if (at !== list.length) throw new Error(`cannot read “${latex}” after “${list.slice(0, at).join(" ")}”`);
  return { type: "equals", left, right };
}

const QUANTITY = { r: "r", z: "z", candidate: "candidate" };

const BREAK = "\n"; // where a line may be broken: before a term of the outermost sum

function markup(node, outermost = false) {
  switch (node.type) {
    case "equals":
      return `${markup(node.left)}<mo>=</mo>${markup(node.right, true)}`;
    case "sum":
      return node.terms
        .map((term, i) => (i ? `${outermost ? BREAK : ""}<mo form="infix">${node.signs[i] === "-" ? "\u2212" : "+"}</mo>` : "") + markup(term))
        .join("");
    case "product":
      return node.factors.map((factor, i) => (i ? (node.dot[i] ? "<mo>\u2299</mo>" : "<mspace width='0.17em'/>") : "") + markup(factor)).join("");
    case "call":
      return `<mi>${node.name === "sigma" ? "\u03c3" : "tanh"}</mi><mo>(</mo>${markup(node.argument, outermost)}<mo>)</mo>`;
    case "group":
      return `<mo>(</mo>${markup(node.inner)}<mo>)</mo>`;
    case "number":
      return `<mn>${node.text}</mn>`;
    default: {
      const letter = node.name === "candidate" ? "<mover accent='true'><mi>h</mi><mo>~</mo></mover>" : `<mi>${node.name}</mi>`;
      const below = node.below.replace("-", "\u2212");
      const whole = below ? `<msub>${letter}<mrow>${below.split(/(\d+|\u2212)/).filter(Boolean).map(piece).join("")}</mrow></msub>` : letter;
      const quantity = QUANTITY[node.name];
      return quantity ? `<mrow class="q-${quantity}">${whole}</mrow>` : whole;
    }
  }
}

function piece(text) {
  if (text === "\u2212") return "<mo>\u2212</mo>";
  return /^\d+$/.test(text) ? `<mn>${text}</mn>` : `<mi>${text}</mi>`;
}

/**
 * LaTeX of one equation -> MathML text, with class q-r, q-z or q-candidate on those three. Browsers do not break MathML
 * into lines, so each term of the outermost sum is a <math> of its own, and the text around them wraps.
 */
export function mathml(latex) {
  return markup(parseEquation(latex))
    .split(BREAK)
    .map((piece) => `<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow>${piece}</mrow></math>`)
    .join(" ");
}
