// The `fetch` of a test that runs a server in its own process: that server's guard would keep the test from asking it.
import { getGlobalDispatcher, setGlobalDispatcher } from "undici";

/** Does what installs the guard, and gives `fetch` back to the test afterwards. */
export async function keepingFetch<T>(work: () => Promise<T>): Promise<T> {
  const before = getGlobalDispatcher();
  try {
    return await work();
  } finally {
    setGlobalDispatcher(before);
  }
}
