/** Strict templates: what they give, what they refuse, and that they mean what Handlebars means. */
import fc from "fast-check";
import Handlebars from "handlebars";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import type { Host } from "../../../src/core/model/declared.ts";
import { renderTemplate, type TemplateContext } from "../../../src/core/render/template.ts";
import { Secret } from "../../../src/core/secret.ts";

const host: Host = {
  name: "web1",
  address: "10.0.0.1",
  port: 2222,
  user: "deploy",
  become: "sudo",
  identity: "/keys/id",
  knownHosts: null,
  connectTimeoutSeconds: 10,
  groups: ["prod", "web"],
  vars: { shard: 1 },
  labels: { zone: "b" },
  systemd: 252,
  required: false,
  place: { file: "inventory/x.yaml", line: 1, column: 1 },
};
const EVIL = "{{7*7}} {{#with}} {{values.port}} $" + "{7*7} <%= 1 %> %h $(id) \\{{x}} <&\"'>";
const values = {
  port: 8080,
  evil: EVIL,
  on: true,
  off: false,
  zero: 0,
  empty: "",
  nothing: null,
  list: ["a", "b"],
  none: [],
  map: { x: 1, y: "z" },
  hosts: [{ n: "one" }, { n: "two" }],
  quote: `it's "so"\n%h $X`,
};
const context: TemplateContext = { env: "prod", host, service: { name: "app" }, values, secrets: null };
const withSecrets: TemplateContext = {
  ...context,
  secrets: new Map([["TOKEN", new Secret("TOKEN", "hunter2{{env}}")]]),
};
const origin = { file: "templates/a.hbs", line: 1, column: 1 };

function render(template: string, seen: TemplateContext = context): string {
  return renderTemplate(template, seen, origin).text;
}

function mistakes(template: string, seen: TemplateContext = context, from = origin): readonly string[] {
  try {
    renderTemplate(template, seen, from);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(
        ({ place, message, hint }) =>
          `${place.line}:${place.column} ${message}${hint === null ? "" : ` [${hint}]`}`,
      );
    throw error;
  }
  return [];
}

describe("gives", () => {
  test.each([
    ["no template", "no template"],
    [
      "{{env}} {{host.name}} {{host.address}} {{host.port}} {{host.vars.shard}} {{host.labels.zone}} {{service.name}}",
      "prod web1 10.0.0.1 2222 1 b app",
    ],
    ["\\{{env}}", "{{env}}"],
    ["{{{values.quote}}}", values.quote],
    ["{{#if values.off}}{{values.gone}}{{else if values.on}}on{{else}}{{values.gone}}{{/if}}", "on"],
    ["{{#unless values.none}}none{{/unless}}", "none"],
    ["{{#if values.zero includeZero=true}}zero{{/if}}{{#if values.zero}}no{{/if}}", "zero"],
    ["{{#each values.list}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}", "0a,1b"],
    ["{{#each values.map}}{{@key}}={{this}} {{/each}}", "x=1 y=z "],
    [
      "{{#each values.hosts as |h i|}}{{i}}{{h.n}}{{../env}}{{@root.host.name}} {{/each}}",
      "0oneprodweb1 1twoprodweb1 ",
    ],
    ["{{#each values.none}}x{{else}}empty{{/each}}", "empty"],
    ["{{#with values.map}}{{x}}{{y}}{{/with}}", "1z"],
    ["{{values.nothing}}|{{values.on}}|{{values.list.length}}|{{values.list.[1]}}", "|true|2|b"],
    ['{{join host.groups ", "}}', "prod, web"],
    ['{{#if (eq env "prod")}}p{{/if}}{{#if (not (eq env "x"))}}n{{/if}}', "pn"],
    ['{{lookup values.map "y"}}', "z"],
    ["a\n{{#if values.on}}\nb\n{{/if}}\nc\n", "a\nb\nc\n"],
    ["{{!-- {{nothing}} --}}x {{~env~}} y", "xprody"],
  ])("%j", (template, text) => {
    expect(render(template)).toBe(text);
  });

  test("quoting for each format", () => {
    expect(JSON.parse(render("{{json values.quote}}"))).toBe(values.quote);
    expect(render("{{yaml values.map}}")).toBe('{"x":1,"y":"z"}');
    expect(render("{{shell values.quote}}")).toBe(`'it'\\''s "so"\n%h $X'`);
    expect(render("{{systemd values.quote}}")).toBe(`"it's \\"so\\"\\n%%h $$X"`);
  });
});

test("neighbouring numbers are texts beside each other", () => {
  expect(render("{{values.port}}{{values.port}}")).toBe("80808080");
});

describe("values are inert", () => {
  test.each([
    "{{values.evil}}",
    "{{#with values}}{{evil}}{{/with}}",
    "{{#each values}}{{#if (eq @key 'evil')}}{{this}}{{/if}}{{/each}}",
    '{{lookup values "evil"}}',
  ])("%s", (template) => {
    expect(render(template)).toBe(EVIL);
  });
  test("a secret as well", () => {
    expect(render("{{secrets.TOKEN}}", withSecrets)).toBe("hunter2{{env}}");
  });
  test("whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        (text) => render("<{{values.text}}>", { ...context, values: { text } }) === `<${text}>`,
      ),
    );
  });
});

describe("refuses", () => {
  test.each([
    ["{{values.prot}}", '1:3 "values.prot" is not defined [did you mean "values.port"?]'],
    ["x\n  {{values.map.q}}", '2:5 "values.map.q" is not defined'],
    ["{{#if values.gone}}{{/if}}", '1:7 "values.gone" is not defined'],
    ["{{#unless values.gone}}{{/unless}}", '1:11 "values.gone" is not defined'],
    ["{{#each values.gone}}{{/each}}", '1:9 "values.gone" is not defined'],
    ["{{#with values.gone}}{{/with}}", '1:9 "values.gone" is not defined'],
    ["{{yaml values.gone}}", '1:8 "values.gone" is not defined'],
    ["{{#if (eq values.gone 1)}}{{/if}}", '1:11 "values.gone" is not defined'],
    ["{{#if values.zero includeZero=values.gone}}{{/if}}", '1:31 "values.gone" is not defined'],
    [
      "{{#each values.hosts}}{{env}}{{/each}}",
      '1:25 "env" is not defined [inside #each and #with write @root.env]',
    ],
    ["{{#each values.hosts}}{{m}}{{/each}}", '1:25 "m" is not defined [did you mean "n"?]'],
    [
      "{{@index}}",
      '1:3 "@index" is not defined [@index, @key, @first and @last live inside #each; ../ needs a block around]',
    ],
    [
      "{{../env}}",
      '1:3 "../env" is not defined [@index, @key, @first and @last live inside #each; ../ needs a block around]',
    ],
    ["{{ymal values.port}}", '1:3 there is no helper "ymal" [did you mean "yaml"?]'],
    [
      "{{log values.port}}",
      '1:3 there is no helper "log" [helpers are yaml, json, shell, systemd, join, eq, not, lookup]',
    ],
    ["{{#if values.off}}{{nope values.port}}{{/if}}", '1:21 there is no helper "nope"'],
    ["{{#list values.list}}{{/list}}", '1:4 there is no block helper "list" [blocks are'],
    [
      "{{#values.list}}{{/values.list}}",
      '1:4 there is no block helper "values.list" [blocks are #if, #unless, #each, #with]',
    ],
    ["{{eq env}}", "1:3 eq takes 2 arguments"],
    ["{{#if}}{{/if}}", "1:4 #if takes one argument"],
    ["{{#if env x=1}}{{/if}}", '1:11 the option "x=" is not known here'],
    [
      "{{> part}}",
      "1:1 partials are not supported [write the text here, or give each file its own template]",
    ],
    [
      "{{#> part}}{{/part}}",
      "1:1 partials are not supported [write the text here, or give each file its own template]",
    ],
    [
      "{{> (lookup . 'constructor')}}",
      "1:1 partials are not supported [write the text here, or give each file its own template]",
    ],
    ['{{#*inline "x"}}{{/inline}}', "1:1 decorators and inline partials are not supported"],
    ["{{* x}}", "1:1 decorators and inline partials are not supported"],
    ["{{values.constructor}}", '1:3 "values.constructor" reaches for a reserved name'],
    ["{{values.__proto__.x}}", '1:3 "values.__proto__.x" reaches for a reserved name'],
    ["{{values.toString}}", '1:3 "values.toString" is not defined'],
    ["{{env.length}}", '1:3 "env.length" is not defined'],
    ["{{values.list.map}}", '1:3 "values.list.map" is not defined'],
    ['{{lookup values "constructor"}}', '1:3 lookup: there is no key "constructor"'],
    ["{{host.identity}}", '1:3 "host.identity" is not defined'],
    ["{{host.place}}", '1:3 "host.place" is not defined'],
    ["{{values.list}}", '1:3 "values.list" is a list or map, not a text [use #each, join, yaml or json]'],
    ["{{#each env}}{{/each}}", "1:1 #each needs a list or map"],
    ["{{json this}}", "1:8 this names everything at once [name env, host, service or values]"],
    ["{{json @root}}", "1:8 this names everything at once [name env, host, service or values]"],
    ['{{"values"}}', "1:1 a {{…}} names a variable or a helper, not a literal"],
    [
      "{{secrets.TOKEN}}",
      "1:3 secrets can be used only in `files:` [a secret in `secrets:` reaches the service by its environment]",
    ],
    ["a\n{{#if env}}", "2:13 the template ends inside a {{…}} or block [a literal {{ is written \\{{]"],
    ["{{#if env}}{{/each}}", "1:4 if doesn't match each [a literal {{ is written \\{{]"],
    ["{{env", "1:3 this is not Handlebars syntax [a literal {{ is written \\{{]"],
    ["{{a b", "1:5 this is not Handlebars syntax [a literal {{ is written \\{{]"],
    ["{{}}", "1:3 this is not Handlebars syntax [a literal {{ is written \\{{]"],
  ])("%j", (template, mistake) => {
    expect(mistakes(template).join("\n")).toContain(mistake);
  });

  test("all mistakes at once, each with its excerpt", () => {
    expect(
      mistakes("{{values.a}}\n{{values.b}} {{yaml values.c}}").map((mistake) => mistake.slice(0, 4)),
    ).toEqual(["1:3 ", "2:3 ", "2:21"]);
    try {
      render("ok\nx {{values.prot}}\n");
    } catch (error) {
      expect(error instanceof ConfigError && error.problems[0]?.excerpt).toBe("x {{values.prot}}\n    ^");
    }
  });

  test("places count from the origin", () => {
    expect(
      mistakes("a\nb {{values.gone}}", context, { file: "services/x.yaml", line: 10, column: 7 })[0],
    ).toContain("11:11 ");
  });

  test("a syntax tree instead of a text (CVE-2026-33937)", () => {
    const tree: unknown = {
      type: "Program",
      body: [{ type: "MustacheStatement", path: { type: "NumberLiteral", value: "process.exit()" } }],
    };
    expect(() => Reflect.apply(renderTemplate, null, [tree, context, origin])).toThrow(TypeError);
  });

  test("what published attacks on Handlebars write", () => {
    const attacks = [
      "{{#with (lookup values 'constructor')}}{{/with}}",
      "{{constructor.constructor 'return 1'}}",
      "{{#with env as |s|}}{{#with (s.sub.apply 0 values)}}{{/with}}{{/with}}",
      "{{#with (__lookupGetter__ '__proto__')}}{{/with}}",
      "{{helperMissing 1}}{{blockHelperMissing 1}}",
      "{{#each (values.list.constructor 1)}}{{/each}}",
      "{{__defineGetter__ 'undefined' valueOf}}",
    ];
    for (const attack of attacks) expect(mistakes(attack).length, attack).toBeGreaterThan(0);
  });

  test("bombs, quickly", () => {
    const big = {
      ...context,
      values: { list: Array.from({ length: 300 }, (_, index) => index), text: "x".repeat(100_000) },
    };
    const each = (depth: number, inner: string) =>
      `${"{{#each @root.values.list}}".repeat(depth)}${inner}${"{{/each}}".repeat(depth)}`;
    expect(mistakes(each(4, "{{env}}{{@root.env}}"), big).join()).toMatch(/steps|not defined/);
    expect(mistakes(each(4, "x"), big).join()).toContain("steps");
    expect(mistakes(each(2, "{{@root.values.text}}"), big).join()).toContain("16 MiB");
    expect(mistakes(`${"{{#if env}}".repeat(5000)}${"{{/if}}".repeat(5000)}`).join()).toContain(
      "nested deeper",
    );
    expect(mistakes(`{{x ${"(x ".repeat(5000)}${")".repeat(5000)}}}`).join()).toContain("nested deeper");
  });
});

describe("secrets", () => {
  test.each([
    ["{{secrets.TOKEN}}", true],
    ["{{@root.secrets.TOKEN}}", true],
    ["{{#if values.off}}{{secrets.TOKEN}}{{/if}}", true],
    ["{{#each values.list}}{{shell ../secrets.TOKEN}}{{/each}}", true],
    ["{{#if (eq secrets.TOKEN env)}}{{/if}}", true],
    ["{{env}}", false],
    ["{{values.port}} secrets.TOKEN \\{{secrets.TOKEN}}", false],
  ])("%s is secret: %s", (template, usesSecrets) => {
    expect(renderTemplate(template, withSecrets, origin).usesSecrets).toBe(usesSecrets);
  });

  test.each([
    "{{secrets}}",
    "{{json secrets}}",
    "{{#each secrets}}{{this}}{{/each}}",
    "{{#with secrets}}{{TOKEN}}{{/with}}",
    "{{lookup secrets 'TOKEN'}}",
    "{{json this}}",
    "{{#each this}}{{@key}}{{/each}}",
    "{{#with @root}}{{json secrets}}{{/with}}",
  ])("%s gets none", (template) => {
    expect(mistakes(template, withSecrets).join()).toMatch(/one by one|everything at once/);
  });

  test("an unknown one", () => {
    expect(mistakes("{{secrets.TOKNE}}", withSecrets)).toEqual([
      '1:3 the service has no secret "TOKNE" [did you mean "secrets.TOKEN"?]',
    ]);
  });
});

// Commas around every value: without escaping, Handlebars itself adds neighbouring numbers up ({{a}}{{b}} of
// 1 and 2 is 3).
test("means what Handlebars means", () => {
  const scalarPath = fc.constantFrom(
    "values.port",
    "env",
    "values.on",
    "values.off",
    "values.zero",
    "values.empty",
    "@root.env",
    "values.map.y",
    "values.list.[0]",
  );
  const anyPath = fc.oneof(
    scalarPath,
    fc.constantFrom("values.list", "values.none", "values.map", "values.nothing"),
  );
  const { program } = fc.letrec<{ program: string; piece: string }>((tie) => ({
    program: fc.array(tie("piece"), { maxLength: 4 }).map((pieces) => pieces.join("")),
    piece: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("x", " ", "\n", "\\{{no}}", "<&>", "{{! c }}"),
      scalarPath.map((path) => `,{{@root.${path.replace("@root.", "")}}},`),
      fc
        .tuple(anyPath, tie("program"), tie("program"), fc.constantFrom("if", "unless"))
        .map(
          ([path, yes, no, word]) =>
            `{{#${word} @root.${path.replace("@root.", "")}}}\n${yes}{{else}}${no}{{/${word}}}`,
        ),
      fc
        .tuple(fc.constantFrom("values.list", "values.none", "values.hosts", "values.map"), tie("program"))
        .map(([path, inner]) => `{{#each @root.${path}}}${inner},{{@index}},{{@key}},{{@first}},{{~/each~}}`),
      fc
        .tuple(fc.constantFrom("values.map", "values.list", "values.none"), tie("program"))
        .map(([path, inner]) => `{{#with @root.${path} as |w|}}${inner}{{else}}none{{/with}}`),
    ),
  }));
  const real = Handlebars.create();
  const root = { env: "prod", values };
  fc.assert(
    fc.property(program, (template) => {
      expect(render(template)).toBe(real.compile(template, { noEscape: true })(root));
    }),
    { numRuns: 300 },
  );
});
