/** What a service's program is made of: artifacts, how they are sent, and who signed them. */
import type { Place } from "./declared.ts";

/** A release: one executable file, or a tree of files, that is delivered under /opt/<service>/releases. */
export type Artifact = {
  /** Path relative to the project root, of a folder without the slash at its end; or an https URL. */
  readonly source: string;
  readonly form: ArtifactForm;
  /** Leading parts that every name in a tree loses, e.g. 1 for an archive whose content is below foo-1.2/. */
  readonly strip: number;
  readonly version: string | null;
  /** How the program is asked for its version, instead of a declared one; absent: it is not. */
  readonly says?: VersionQuestion;
  /**
   * 64 hex digits; null: computed, which of a URL it never is. Of a file or an archive that of its bytes, of
   * a folder its tree digest.
   */
  readonly sha256: string | null;
  /** What must be signed by whom before anything of it is sent; null: nothing. */
  readonly signature: ArtifactSignature | null;
  readonly keep: number;
  readonly place: Place;
};

/**
 * command: the program and its arguments, run in the folder of a release. match: a pattern
 * (core/pattern/linear-pattern.ts) over what it prints; its first group, or all of it, is the version.
 */
export type VersionQuestion = { readonly command: readonly string[]; readonly match: string };

/** The same with the user that it is run as. */
export type SaidVersion = VersionQuestion & { readonly user: string };

/** What an artifact is: one executable, an archive of a tree, or a folder whose content is the tree. */
export type ArtifactForm = "file" | "archive" | "directory";

/**
 * What is sent of an artifact to a host that lacks it: the file's own bytes, or a tar that is made of the
 * tree.
 */
export type ArtifactSource = {
  readonly form: ArtifactForm;
  /** Absolute, on the controller. */
  readonly path: string;
  readonly strip: number;
  /** Of the bytes that are sent: 64 hex digits, and how many they are. */
  readonly sha256: string;
  readonly size: number;
};

/**
 * An artifact as it was found: its sha256 (of a tree the digest), the bytes of all its files, what is sent of
 * it, and its signature's proof where one was checked.
 */
export type ArtifactFile = {
  /** 64 hex digits. */
  readonly sha256: string;
  readonly size: number;
  readonly source: ArtifactSource;
  /** Of a tree that was read: paths of its files and links. */
  readonly files?: readonly string[];
  readonly signature?: SignatureProof;
};

/**
 * Whose signature an artifact needs. file: path relative to the project root or https URL of the signature;
 * null: beside the artifact.
 */
export type ArtifactSignature = { readonly file: string | null; readonly place: Place } & (
  | { readonly kind: "minisign"; readonly publicKey: string }
  | { readonly kind: "ssh"; readonly publicKey: string; readonly namespace: string }
  | { readonly kind: "gpg" | "cosign"; readonly keyFile: string }
);

/**
 * A signature that was found right. key: the signer's key as its tool names it; says: what was signed along
 * with the bytes, or a name of the signer; may be empty.
 */
export type SignatureProof = {
  readonly kind: ArtifactSignature["kind"];
  readonly key: string;
  readonly says: string;
};

/** An artifact whose signature was checked on this machine before anything was sent. */
export type SignedArtifact = {
  readonly service: string;
  readonly source: string;
  readonly sha256: string;
  readonly signature: SignatureProof;
};
