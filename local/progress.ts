// While the service starts, a line a second says what is going on. The lines come from a thread of their own,
// because the creation of a database blocks this one.
import { writeSync } from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

export interface Progress {
  /** Says what is going on from now on. */
  step(what: string): void
  /** No line is printed after this. */
  end(): Promise<void>
}

export function startProgress(): Progress {
  const thread = new Worker(import.meta.filename, { execArgv: [] })
  // It must neither keep the process alive nor end it.
  thread.unref()
  thread.on('error', () => {})
  return {
    step: (what) => thread.postMessage(what),
    async end() {
      await thread.terminate()
    },
  }
}

function printLines(): void {
  let doing = 'Starting'
  let seconds = 0
  parentPort?.on('message', (what: string) => {
    doing = what
  })
  setInterval(() => {
    seconds++
    try {
      // console.log would wait for the thread that is blocked.
      writeSync(1, `  ${String(seconds).padStart(2)} s  ${doing}\n`)
    } catch {
      // The terminal is closed.
    }
  }, 1_000)
}

if (!isMainThread) printLines()
