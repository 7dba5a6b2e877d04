// The folder that holds everything a start keeps: one start at a time. One that it makes is readable
// by its owner only, and no part of a repository; one that was there keeps what it says of both.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal, reasonOf } from './refusal.ts'

/** How long a start that was just ended may still hold the folder. */
const graceMs = 2_000
const sqliteBusy = 5

export interface Claim {
  close(): Promise<void>
}

/** Takes the folder until the claim is closed or the process ends. */
export function claimFolder(folder: string): Claim {
  try {
    prepare(folder)
    const lock = lockFolder(folder)
    writeFileSync(pidFile(folder), String(process.pid))
    return { close: async () => lock.close() }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(
      `The data folder ${folder} cannot be used (${reasonOf(error)}): make it writable, or set DATA_DIR`,
    )
  }
}

function prepare(folder: string): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (made) writeFileSync(join(folder, '.gitignore'), '*\n')
}

/** The system itself drops this lock with the process, even a killed one: it can never be stale. */
function lockFolder(folder: string): DatabaseSync {
  // But the process may take a moment to be gone.
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: graceMs })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error
    const owner = read(pidFile(folder))
    throw new Refusal(
      `${folder} is in use by another start${owner && ` (process ${owner})`}: end it, or set DATA_DIR`,
    )
  }
  return lock
}

function pidFile(folder: string): string {
  return join(folder, 'pid')
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}
