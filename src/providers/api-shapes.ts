// What the answers of all providers' APIs have in common: texts of bounded length, ids as text.
import { z } from "zod";

/** Longest name of a repository with its owner, and longest address, in characters. */
const MAX_NAME = 500;
const MAX_URL = 2_000;
/** More of anything than this on one page is not what was asked for. */
const MAX_ITEMS = 1_000;

/** A number or a text that identifies something; always text for us. */
export const Id = z.union([z.int().nonnegative().transform(String), z.string().min(1).max(100)]);

/** A name for people. */
export const Name = z.string().max(MAX_NAME);

/** `owner/name`, in the letters that providers allow. */
export const RepositoryPath = z
  .string()
  .min(3)
  .max(MAX_NAME, { abort: true })
  .regex(/^[^/\s\\?#%]+(?:\/[^/\s\\?#%]+)+$/);

/** An address; what it leads to is checked where it is used. */
export const Address = z.string().min(1).max(MAX_URL);

/** A list of one page. */
export function pageOf<Shape extends z.ZodType>(shape: Shape): z.ZodArray<Shape> {
  return z.array(shape).max(MAX_ITEMS);
}
