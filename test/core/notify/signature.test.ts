import { expect, test } from "vitest";
import { signature } from "../../../src/core/notify/signature.ts";
import { Secret } from "../../../src/core/secret.ts";

test("as any other HMAC-SHA256 has it: printf '1700000000.{}' | openssl dgst -sha256 -hmac key", () => {
  expect(signature(new Secret("K", "0123456789abcdef0123456789abcdef"), 1_700_000_000, "{}")).toBe(
    "t=1700000000,v1=417adf36b901772f658597a76d329694e335e65fc0849d7715c3ca33406309b5",
  );
});
