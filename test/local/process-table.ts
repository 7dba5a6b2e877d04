// What the system says about the process groups of a folder.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
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

/** The ports that the processes of a group listen on. Linux only. */
export function portsOf(group: number | undefined): number[] {
  const inodes = new Set(processesOf(group).flatMap(({ pid }) => socketsOf(pid)))
  return sockets()
    .filter(({ state, inode }) => state === listening && inodes.has(inode))
    .map(({ port }) => port)
}

/** Connections to ports of the process that sent something which it has not read. Linux only. */
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

/** The workerd that runs the Worker: the other one listens for people, on their port. */
export function workerdBehind(group: number | undefined, port: number): number {
  return findWorkerd(group, (args) => !args.includes(entryOn(port)))
}

/** The workerd that listens for people. */
export function workerdInFront(group: number | undefined, port: number): number {
  return findWorkerd(group, (args) => args.includes(entryOn(port)))
}

const entryOn = (port: number) => `--socket-addr=entry=127.0.0.1:${port}`

function findWorkerd(group: number | undefined, isMeant: (args: string[]) => boolean): number {
  const found = processesOf(group).find(
    ({ args }) => args[0]?.endsWith('/workerd') && isMeant(args),
  )
  if (!found) throw new Error('There is no workerd')
  return found.pid
}

/** The esbuild that bundles the Worker. */
export function bundlerOf(group: number | undefined): number {
  const found = processesOf(group).find(({ args }) => args[0]?.endsWith('/esbuild'))
  if (!found) throw new Error('There is no esbuild')
  return found.pid
}

function processesOf(group: number | undefined): { pid: number; args: string[] }[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,pgid=,args='], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [pid, pgid, ...args] = line.trim().split(/\s+/)
    return Number(pgid) === group ? [{ pid: Number(pid), args }] : []
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
