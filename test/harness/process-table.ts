// Reads the process groups of a data folder from the system's process table, and sends signals.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export function groupOf(home: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(home, 'process-group'), 'utf8'), 10) || undefined
  } catch {
    return undefined
  }
}

/** @param pid of a process, or with a minus of a group. It may have ended. */
export function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** How many processes of the groups run. */
export function living(groups: (number | undefined)[]): number {
  return groups.flatMap(processesOf).length
}

/** The ports that the processes of a group listen on. Linux only. */
export function portsOf(group: number | undefined): number[] {
  const inodes = new Set(processesOf(group).flatMap(({ pid }) => socketsOf(pid)))
  return sockets()
    .filter(({ state, inode }) => state === listening && inodes.has(inode))
    .map(({ port }) => port)
}

/** How many connections to ports of the process have unread bytes. Linux only. */
export function unreadBy(pid: number): number {
  const inodes = new Set(socketsOf(pid))
  const all = sockets()
  const own = all.filter(({ state, inode }) => state === listening && inodes.has(inode))
  return all.filter(
    ({ state, port, unread }) =>
      state === established && unread > 0 && own.some((socket) => socket.port === port),
  ).length
}

const listening = '0A'
const established = '01'

function sockets() {
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => {
      const [, address = '', , state, queues = '', , , , , inode = ''] = line.trim().split(/\s+/)
      const [port = '', unread = ''] = [address, queues].map((text) => text.split(':').at(-1))
      return {
        state,
        inode,
        port: Number.parseInt(port, 16),
        unread: Number.parseInt(unread, 16),
      }
    })
}

/** wrangler runs two workerds: one listens on the public port, the other behind it runs the Worker. */
export function workerdsOf(
  group: number | undefined,
  port: number,
  place: 'in front' | 'behind',
): number[] {
  const entry = `--socket-addr=entry=127.0.0.1:${port}`
  return processesOf(group)
    .filter(({ args }) => args[0]?.endsWith('/workerd') && args[1] === 'serve')
    .filter(({ args }) => args.includes(entry) === (place === 'in front'))
    .map(({ pid }) => pid)
}

/** The esbuild that bundles the Worker. */
export function bundlerOf(group: number | undefined): number {
  const found = processesOf(group).find(({ args }) => args[0]?.endsWith('/esbuild'))
  if (!found) throw new Error('There is no esbuild')
  return found.pid
}

/** Zombies do not count. */
function processesOf(group: number | undefined): { pid: number; args: string[] }[] {
  const columns = ['-A', '-ww', '-o', 'pid=,pgid=,stat=,args=']
  const { stdout } = spawnSync('ps', columns, { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [pid, pgid, state = '', ...args] = line.trim().split(/\s+/)
    return Number(pgid) === group && !state.startsWith('Z') ? [{ pid: Number(pid), args }] : []
  })
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(join(folder, name)))?.[1] ?? []
    } catch {
      // It was closed meanwhile.
      return []
    }
  })
}
