// Recognizes that esbuild, which bundles the Worker, has ended: by its own messages, or by those of the
// development server.

export const bundlerEnded = 'esbuild ended by itself'

const endedMessage = new RegExp(
  `^(?:The service (?:was stopped|is no longer running)|${bundlerEnded})`,
  'm',
)

export const hasBundlerEnded = (text: string): boolean => endedMessage.test(text)
