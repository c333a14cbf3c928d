/** The written form of `health:` of a service, and what it means. */
import * as z from "zod";
import type { Place } from "../model/declared.ts";
import { CHECK_ROLES, CHECK_VIAS, type Check } from "../model/service.ts";
import { refuseAddress, refuseHttpUrl } from "./allow-lists.ts";
import {
  bad,
  describe,
  duration,
  good,
  integer,
  leaf,
  map,
  oneOf,
  text,
  textThat,
  treeMap,
} from "./schema-parts.ts";

const DEFAULT_WITHIN_SECONDS = 5;

/** A program and its arguments. */
export const commandWords = z
  .array(text, { error: "a command is a list: the program, then its arguments" })
  .min(1, "a command needs a program");

const tcpAddress = leaf(
  (value) => {
    const match = typeof value === "string" ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) : null;
    const [address, port] = [match?.[1] ?? match?.[2] ?? "", Number(match?.[3] ?? 0)];
    if (match === null || port < 1 || port > 65535)
      return bad(`ADDRESS:PORT is expected here, this is ${describe(value)}`);
    const reason = refuseAddress(address);
    return reason === null ? good({ address, port }) : bad(reason);
  },
  { type: "string", pattern: ":[0-9]{1,5}$" },
);

/** One health check. */
export const check = map({
  http: textThat(refuseHttpUrl).optional(),
  tcp: tcpAddress.optional(),
  command: commandWords.optional(),
  role: oneOf(...CHECK_ROLES).optional(),
  via: oneOf(...CHECK_VIAS).optional(),
  owner: oneOf("any").optional(),
  expect: map({
    status: integer(100, 599).optional(),
    json: treeMap.optional(),
    within: duration(0.001, 600).optional(),
  }).optional(),
}).superRefine((value, context) => {
  const kinds = [value.http, value.tcp, value.command].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    context.addIssue({ code: "custom", message: "a check has exactly one of http, tcp and command" });
  const onlyHttp = value.via ?? value.expect?.status ?? value.expect?.json;
  if (kinds.length === 1 && value.http === undefined && onlyHttp !== undefined)
    context.addIssue({ code: "custom", message: "via, status and json belong to http checks" });
  if (value.command !== undefined && value.owner !== undefined)
    context.addIssue({ code: "custom", message: "owner belongs to http and tcp checks" });
});

/** A check as read → as code may take it. */
export function readCheck(written: z.infer<typeof check>, place: Place): Check {
  const common = {
    role: written.role ?? ("ready" as const),
    place,
    withinMilliseconds: Math.round((written.expect?.within ?? DEFAULT_WITHIN_SECONDS) * 1000),
  };
  const owner = written.owner === undefined ? {} : { owner: written.owner };
  if (written.tcp !== undefined) return { ...common, kind: "tcp", ...written.tcp, ...owner };
  if (written.command !== undefined) return { ...common, kind: "command", command: written.command };
  return {
    ...common,
    kind: "http",
    url: written.http ?? "",
    via: written.via ?? "forward",
    ...owner,
    status: written.expect?.status ?? 200,
    json: written.expect?.json ?? null,
  };
}
