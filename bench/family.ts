// The CPU of a process and of all that descend from it, read from /proc.

import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** One process: its parent, and its CPU with that of the children that it has buried. */
type Relative = { pid: number; parent: number; seconds: number }

export function familyCpuSeconds(pid: number): number {
  const everyone = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => look(name) ?? [])
  return sumBelow(pid, everyone)
}

function sumBelow(pid: number, everyone: Relative[]): number {
  return everyone.reduce((sum, relative) => {
    if (relative.pid === pid) return sum + relative.seconds
    return relative.parent === pid ? sum + sumBelow(relative.pid, everyone) : sum
  }, 0)
}

/** Whoever ended meanwhile is buried, and counted by its parent. */
function look(pid: string): Relative | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { pid: Number(pid), parent: Number(fields[1]), seconds: ticks / ticksPerSecond }
  } catch {
    return null
  }
}
