// The keys in a file: read when the engine opens, written at most a second after a change and when
// it closes. A killed process loses that second, as a Redis with its usual settings may.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Refusal, reasonOf } from '../refusal.ts'
import type { Keyspace } from './keyspace.ts'

const intervalMs = 1_000

/** Returns what ends the writing, with a last one. */
export function keepInFile(keys: Keyspace, file: string): () => void {
  readFile(keys, file)
  let written = keys.changes
  const write = () => {
    if (keys.changes === written) return
    written = keys.changes
    writeFileSync(`${file}.new`, JSON.stringify(keys.dump()), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  const timer = setInterval(write, intervalMs).unref()
  return () => {
    clearInterval(timer)
    write()
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
