import { useEffect, useState } from "preact/hooks";

/** The parts of the address after the name of the page; `#lake/BUCKET/KEY` has two. */
export function useAddress(): readonly string[] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const look = (): void => setHash(location.hash);
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  return hash.slice(1).split("/").slice(1).map(decodeURIComponent);
}

/** The address of a page, and of a part of it. */
export const addressOf = (page: string, ...parts: readonly string[]): string =>
  `#${[page, ...parts.map(encodeURIComponent)].join("/")}`;
