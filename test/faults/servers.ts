// A PostgreSQL and a redis-server of the campaign's own, on loopback and with temporary data, which
// it stops, freezes and starts as it likes.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../local/ports.ts'
import { untilListening } from './ports.ts'

export interface Server {
  port: number
  /** @param port of the line in front of it */
  urlAt(port: number): string
  start(): Promise<void>
  /** At once, in the middle of whatever it does. */
  crash(): Promise<void>
  freeze(): void
  thaw(): void
}

const asRoot = process.getuid?.() === 0

/** The newest installed one. */
export function findPostgres(): string | undefined {
  const version = (path: string) => Number(/\/(\d+)\/bin\//.exec(path)?.[1] ?? 0)
  const found = globSync('/usr/lib/postgresql/*/bin/initdb')
  return found.sort((a, b) => version(b) - version(a))[0]?.replace(/\/initdb$/, '')
}

export function findRedis(): string | undefined {
  const { status } = spawnSync('redis-server', ['--version'])
  return status === 0 ? 'redis-server' : undefined
}

export async function createPostgres(bin: string, folder: string): Promise<Server> {
  const data = join(folder, 'data')
  const password = randomBytes(16).toString('hex')
  const port = await freePort()
  mkdirSync(folder)
  // The user postgres passes through to its own folder.
  chmodSync(join(folder, '..'), 0o711)
  writeFileSync(join(folder, 'password'), `${password}\n`)
  if (asRoot) await run('chown', ['-R', 'postgres:', folder])

  // It refuses to run as root.
  const asPostgres = (program: string, args: string[]) =>
    asRoot
      ? run('runuser', ['--user', 'postgres', '--', join(bin, program), ...args], folder)
      : run(join(bin, program), args, folder)
  const control = (...args: string[]) => asPostgres('pg_ctl', ['--silent', '-D', data, ...args])
  await asPostgres('initdb', [
    ...['-D', data, '-U', 'postgres', '--pwfile', join(folder, 'password'), '--no-sync'],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
  ])
  const options = `-h 127.0.0.1 -p ${port} -k '${folder}' -F`
  const own = () => {
    const leader = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    return [leader, ...childrenOf(leader)]
  }
  return {
    port,
    urlAt: (line) => `postgres://postgres:${password}@127.0.0.1:${line}/postgres`,
    start: () =>
      control('start', '--wait', '--timeout', '60', '--log', join(folder, 'log'), '-o', options),
    crash: () => control('stop', '--wait', '--mode', 'immediate'),
    freeze() {
      for (const pid of own()) signal(pid, 'SIGSTOP')
    },
    thaw() {
      for (const pid of own()) signal(pid, 'SIGCONT')
    },
  }
}

export async function createRedis(program: string, folder: string): Promise<Server> {
  const password = randomBytes(16).toString('hex')
  const port = await freePort()
  mkdirSync(folder)
  const config = join(folder, 'redis.conf')
  writeFileSync(config, `requirepass ${password}\n`, { mode: 0o600 })
  const args = [
    ...[config, '--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
    ...['--save', '', '--appendonly', 'no', '--logfile', join(folder, 'log')],
  ]
  let running: ReturnType<typeof spawn> | undefined
  return {
    port,
    urlAt: (line) => `redis://default:${password}@127.0.0.1:${line}`,
    async start() {
      running = spawn(program, args, { stdio: 'ignore' })
      await untilListening(port)
    },
    async crash() {
      if (!running || running.exitCode !== null || running.signalCode !== null) return
      const exit = once(running, 'exit')
      running.kill('SIGKILL')
      await exit
    },
    freeze: () => running?.kill('SIGSTOP'),
    thaw: () => running?.kill('SIGCONT'),
  }
}

/** Ends what is left of a server, frozen or not, and its data. */
export async function discard(server: Server, folder?: string): Promise<void> {
  try {
    server.thaw()
    await server.crash()
  } catch {}
  await delay(50)
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}

function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []))
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function run(command: string, args: string[], cwd?: string): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint += text
  })
  const [status] = await once(child, 'exit')
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${complaint}`)
}
