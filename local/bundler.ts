// How one knows that esbuild, which bundles the Worker, is gone: by its own words, or by those of the
// development server about it.

export const bundlerEnded = 'esbuild ended by itself'

const told = new RegExp(
  `^(?:The service (?:was stopped|is no longer running)|${bundlerEnded})`,
  'm',
)

export const tellsBundlerEnded = (text: string): boolean => told.test(text)
