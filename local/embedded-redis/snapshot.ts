// Stores the keys in a file, which is read when the engine opens, and written at most a second after a
// change and when it closes. A killed process loses that second, as a Redis with its usual settings may.
// While the file cannot be written, the keys are in memory and the write is tried again every second.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Refusal, reasonOf } from '../refusal.ts'
import { tolerateFailures } from '../tolerant-writes.ts'
import type { Keyspace } from './keyspace.ts'

const intervalMs = 1_000

/** Returns a function that writes a last time and stops. */
export function keepInFile(keys: Keyspace, file: string): () => void {
  readFile(keys, file)
  let written = keys.changes
  const tolerate = tolerateFailures(
    file,
    'the data of Redis is only in memory until it can be written: free some space',
  )
  /** Returns whether the file has everything. */
  const write = (): boolean => {
    const { changes } = keys
    if (changes === written) return true
    return tolerate(() => {
      replaceFile(file, JSON.stringify(keys.dump()))
      written = changes
    })
  }
  const timer = setInterval(write, intervalMs).unref()
  return () => {
    clearInterval(timer)
    if (!write()) console.error(`The newest data of Redis is lost: ${file} has what was before`)
  }
}

function replaceFile(file: string, text: string): void {
  const next = `${file}.new`
  try {
    writeFileSync(next, text, { mode: 0o600 })
    renameSync(next, file)
  } catch (error) {
    // Half a file would take space on a full disk.
    rmSync(next, { force: true })
    throw error
  }
}

function readFile(keys: Keyspace, file: string): void {
  try {
    keys.load(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new Refusal(`The Redis data in ${file} cannot be read: ${reasonOf(error)}`)
  }
}
