// A reporter that announces how long a run of all tests takes, and hides what workerd prints about
// connections that tests cut. If a test fails, it prints those lines at the end.

import type { Reporter, TestModule, TestSpecification } from 'vitest/node'

const manyFiles = 100
/** The lines of workerd itself. */
const workerdLine =
  /^(?:NOSENTRY |uncaught exception; |exception = |[\w/.+-]+\.(?:c\+\+|h|rs):\d+: )/

type Stream = typeof process.stdout | typeof process.stderr

/** @returns a function that restores the stream */
function holdBack(stream: Stream, held: string[]): () => void {
  const { write } = stream
  const filter = (...given: Parameters<typeof write>) => {
    const [text] = given
    if (typeof text !== 'string' || !workerdLine.test(text)) return write.apply(stream, given)
    held.push(text)
    return true
  }
  stream.write = filter as typeof write
  return () => {
    stream.write = write
  }
}

export function wholeRun(): Reporter {
  const held: string[] = []
  let restores: (() => void)[] = []
  return {
    onTestRunStart(files: readonly TestSpecification[]) {
      if (files.length >= manyFiles) {
        console.log(
          `\n${files.length} files of tests, about ten minutes on two cores. A dot is a test that ` +
            'passed; failures are listed at the end.',
        )
      }
      restores = [process.stdout, process.stderr].map((stream) => holdBack(stream, held))
    },
    onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
      for (const restore of restores) restore()
      const failed = errors.length > 0 || modules.some((module) => !module.ok())
      if (failed) for (const text of held) process.stderr.write(text)
      held.length = 0
    },
  }
}
