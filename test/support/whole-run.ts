// What a run says besides its results. Before a run of everything: how long it takes. And what workerd
// itself prints of connections that tests cut is a thousand lines that mean nothing, unless a test
// fails: then they are told.

import type { Reporter, TestModule, TestSpecification } from 'vitest/node'

const manyFiles = 100
/** How its lines begin; what tests and the Worker print goes another way. */
const ofWorkerd = /^(?:NOSENTRY |uncaught exception; |exception = |[\w/.+-]+\.(?:c\+\+|h|rs):\d+: )/

type Stream = typeof process.stdout | typeof process.stderr

/** @returns what gives the stream back, as it was */
function keepFrom(stream: Stream, kept: string[]): () => void {
  const { write } = stream
  const keep = (...given: Parameters<typeof write>) => {
    const [text] = given
    if (typeof text !== 'string' || !ofWorkerd.test(text)) return write.apply(stream, given)
    kept.push(text)
    return true
  }
  stream.write = keep as typeof write
  return () => {
    stream.write = write
  }
}

export function wholeRun(): Reporter {
  const kept: string[] = []
  let giveBack: (() => void)[] = []
  return {
    onTestRunStart(files: readonly TestSpecification[]) {
      if (files.length >= manyFiles) {
        console.log(
          `\n${files.length} files of tests, about ten minutes on two cores. A dot is a test that ` +
            'passed; what fails is told at the end.',
        )
      }
      giveBack = [process.stdout, process.stderr].map((stream) => keepFrom(stream, kept))
    },
    onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
      for (const give of giveBack) give()
      const failed = errors.length > 0 || modules.some((module) => !module.ok())
      if (failed) for (const text of kept) process.stderr.write(text)
      kept.length = 0
    },
  }
}
