// CPU and memory of the machine and its processes, read from /proc.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

const ticksPerSecond = 100
const sampleMs = 20

/** The fields of /proc/PID/stat from the state on, or null if the process has ended. */
function statOf(pid: number | string): { name: string; fields: string[] } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(') ')
    return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') }
  } catch {
    return null
  }
}

const secondsOf = (fields: string[]) =>
  fields.reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond

/** CPU seconds that all threads of a process have used. */
export function cpuSeconds(pid: number): number {
  return secondsOf(statOf(pid)?.fields.slice(11, 13) ?? [])
}

/** CPU seconds that the whole machine has used, including those that its host took away. */
export function machineCpuSeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [, user, nice, system, , , irq, softirq, steal] = line.split(/\s+/)
  return secondsOf([user, nice, system, irq, softirq, steal].map((ticks) => ticks ?? '0'))
}

type Process = { pid: number; parent: number; name: string; seconds: number }

/** The seconds of a process include those of its children that have ended. */
function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const stat = statOf(pid)
      if (!stat) return []
      const { name, fields } = stat
      const seconds = secondsOf(fields.slice(11, 15))
      return [{ pid: Number(pid), parent: Number(fields[1]), name, seconds }]
    })
}

/** CPU seconds of a process and all its descendants. */
export function processTreeCpuSeconds(root: number): number {
  const processes = allProcesses()
  const below = (pid: number): number =>
    processes
      .filter(({ parent }) => parent === pid)
      .reduce((sum, child) => sum + child.seconds + below(child.pid), 0)
  return (processes.find(({ pid }) => pid === root)?.seconds ?? 0) + below(root)
}

export function childProcesses(name: string): number[] {
  return allProcesses()
    .filter((child) => child.parent === process.pid && child.name === name)
    .map(({ pid }) => pid)
}

/** MiB of the process in the machine's memory, without its program and other files. */
export function memoryMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

/** Samples the memory of a process until `end`, which gives the first and the highest sample. */
export function watchMemory(pid: number) {
  const before = memoryMiB(pid)
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, memoryMiB(pid))
  }, sampleMs)
  return {
    end() {
      clearInterval(timer)
      return { before, most }
    },
  }
}

/** The measured commit, the machine and the time, for the foot of a report. */
export function describeRun(): string {
  const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '-uno', '--', ':/', ':(top,exclude)bench/results')
  const commit = git('describe', '--always') + (changed === '' ? '' : '-dirty')
  const gib = Math.round(totalmem() / 2 ** 30)
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${gib} GiB`
  const load = `load ${loadavg()[0]?.toFixed(2)}`
  return [new Date().toISOString(), commit, machine, `Node ${process.version}`, load].join(' · ')
}
