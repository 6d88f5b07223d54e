// The page that tries operations: made from the document of this server, and of it alone.

const $ = (id) => document.getElementById(id);
const description = await (await fetch("/openapi.json")).json();
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, it]) => ({ ...it, path, method: method.toUpperCase() })),
);

function element(name, properties = {}, ...children) {
  const it = Object.assign(document.createElement(name), properties);
  it.append(...children);
  return it;
}

const resolved = (schema) =>
  schema.$ref === undefined
    ? schema
    : description.components.schemas[schema.$ref.replace("#/components/schemas/", "")];

/** Give the least that such a value has to have; lists of shapes give their first. */
function example(given) {
  const schema = resolved(given);
  if (schema.oneOf !== undefined) return example(schema.oneOf[0]);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.examples !== undefined) return schema.examples[0];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, example(schema.properties[name])]),
      );
    case "array":
      return schema.minItems === undefined ? [] : [example(schema.items)];
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, 1);
    case "boolean":
      return false;
    default:
      return "";
  }
}

function address(operation, inputs) {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const [parameter, input] of inputs) {
    if (parameter.in === "path") {
      path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    } else if (parameter.in === "query" && input.value !== "") {
      query.set(parameter.name, input.value);
    }
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

function bodyOf(operation) {
  const content = operation.requestBody?.content;
  if (content === undefined) return undefined;
  if (content["application/json"] === undefined) {
    return element("input", { type: "file", id: "body" });
  }
  const value = JSON.stringify(example(content["application/json"].schema), null, 2);
  return element("textarea", { id: "body", spellcheck: false, value });
}

function sent(body) {
  if (body === undefined) return {};
  if (body.type !== "file") {
    return { body: body.value, headers: { "Content-Type": "application/json" } };
  }
  const form = new FormData();
  if (body.files.length > 0) form.set("file", body.files[0]);
  return { body: form };
}

function show(operation) {
  const inputs = operation.parameters.map((parameter) => [parameter, element("input")]);
  const body = bodyOf(operation);
  const send = element("button", { id: "send", type: "button" }, "Send");
  const status = element("p", { id: "status" });
  const answer = element("pre", { id: "answer", hidden: true, tabIndex: 0 });
  send.addEventListener("click", async () => {
    send.disabled = true;
    try {
      const { headers, ...rest } = sent(body);
      const ranges = inputs.filter(([it, input]) => it.in === "header" && input.value !== "");
      const response = await fetch(address(operation, inputs), {
        method: operation.method,
        headers: {
          Authorization: `App ${$("key").value}`,
          ...headers,
          ...Object.fromEntries(ranges.map(([it, input]) => [it.name, input.value])),
        },
        ...rest,
      });
      const text = await response.text();
      const isJson = (response.headers.get("content-type") ?? "").includes("json");
      status.textContent = `${response.status} ${response.statusText}`;
      answer.textContent = isJson ? JSON.stringify(JSON.parse(text), null, 2) : text;
      answer.hidden = false;
    } catch (error) {
      status.textContent = `The request has failed: ${error.message}`;
    } finally {
      send.disabled = false;
    }
  });
  $("operation").replaceChildren(
    element("h2", {}, operation.operationId),
    element("p", {}, element("code", {}, `${operation.method} ${operation.path}`)),
    ...inputs.map(([it, input]) =>
      element("label", {}, `${it.name}${it.required ? " (required)" : ""} `, input),
    ),
    ...(body === undefined ? [] : [element("label", {}, "Body ", body)]),
    send,
    status,
    answer,
  );
}

function list() {
  const wanted = $("find").value.toLowerCase();
  const found = operations.filter((it) =>
    `${it.operationId} ${it.path}`.toLowerCase().includes(wanted),
  );
  $("operations").replaceChildren(
    ...found.map((it) => {
      const button = element("button", { type: "button" }, it.operationId);
      button.addEventListener("click", () => {
        for (const other of $("operations").querySelectorAll("[aria-current]")) {
          other.removeAttribute("aria-current");
        }
        button.setAttribute("aria-current", "true");
        show(it);
      });
      return element("li", {}, button);
    }),
  );
}

$("find").addEventListener("input", list);
list();
