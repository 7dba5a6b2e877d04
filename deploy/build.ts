// Names the build that a deploy makes, by the commit of the source and the time.

import { execFileSync } from 'node:child_process'
import type { Build } from '../src/contract/routes/health.ts'

/** @param folder of the source; without its history the commit is `unknown` */
export function nameBuild(folder: string, now: Date): Build {
  const commit = git(folder, 'rev-parse', 'HEAD') ?? 'unknown'
  const isChanged = !!git(folder, 'status', '--porcelain')
  return { commit: isChanged ? `${commit}-dirty` : commit, time: now.toISOString() }
}

/** @returns null: git failed */
function git(folder: string, ...words: string[]): string | null {
  try {
    return execFileSync('git', words, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
