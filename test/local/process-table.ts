// What the system says about the process groups of a folder.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export function groupOf(home: string): number | undefined {
  const file = join(home, 'process-group')
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
}

/** How many processes live in the groups; those that nobody has reaped do not count. */
export function living(groups: (number | undefined)[]): number {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([group, state]) => groups.includes(Number(group)) && !state?.startsWith('Z')).length
}
