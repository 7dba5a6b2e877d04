// What the machine spends, read from /proc.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

const ticksPerSecond = 100

/** CPU seconds that a process has used, all threads. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** CPU seconds that the whole machine has used, what was stolen from it included. */
export function machineCpuSeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond
}

/** What is measured: the results of an earlier figure beside it do not make it another. */
export function describeCommit(): string {
  const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '-uno', '--', ':/', ':(top,exclude)bench/results')
  return git('describe', '--always') + (changed === '' ? '' : '-dirty')
}

export function describeMachine(): string {
  const gib = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${gib} GiB, Node ${process.version}`
}

const lookMs = 250

/** Waits until the machine does little else, or patience ends. Gives the milliseconds it took. */
export async function calm(coresMax: number, patienceMs: number): Promise<number> {
  const start = performance.now()
  for (;;) {
    const before = machineCpuSeconds()
    const from = performance.now()
    await delay(lookMs)
    const now = performance.now()
    const cores = (machineCpuSeconds() - before) / ((now - from) / 1000)
    if (cores <= coresMax || now - start >= patienceMs) return now - start
  }
}

export const loadAverage = () => loadavg()[0] as number
