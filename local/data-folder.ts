// The data folder of `npm start`, which one start uses at a time. A folder that the start creates is
// readable by its owner only and ignored by git. An existing folder keeps its permissions.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal, reasonOf } from './refusal.ts'

/** A start that has just ended may hold the folder for so long. */
const graceMs = 2_000
const sqliteBusy = 5

export interface Claim {
  close(): Promise<void>
}

/** Locks the folder until the claim is closed or the process ends. */
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
  const created = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (created) writeFileSync(join(folder, '.gitignore'), '*\n')
}

/** The system releases this lock when the process ends, even if it was killed, so no lock is stale. */
function lockFolder(folder: string): DatabaseSync {
  // A process that was killed may take a moment to end.
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
