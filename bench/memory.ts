// Memory of a process, read from /proc.

import { readFileSync } from 'node:fs'

/** What of the process lies in the machine's memory, in MiB. */
export const residentMiB = (pid: number) => memoryMiB(pid, 'VmRSS')

/** The same without the program itself and other files: heaps and buffers. */
export const anonymousMiB = (pid: number) => memoryMiB(pid, 'RssAnon')

/** The most that it ever was, in MiB. */
export const residentPeakMiB = (pid: number) => memoryMiB(pid, 'VmHWM')

function memoryMiB(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
}
