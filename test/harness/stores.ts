// A PostgreSQL and a redis-server for one campaign, on loopback and with temporary data. They can be
// crashed, frozen and started again.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../local/ports.ts'
import { waitUntilListening } from './ports.ts'
import { signal } from './process-table.ts'

/** Real servers, or those embedded in `npm start`. */
export type Engines = 'real' | 'embedded'

export interface Store {
  folder: string
  port: number
  /** @param port of the store itself, or of a proxy in front of it */
  urlAt(port: number): string
  start(): Promise<void>
  /** Ends it at once, whatever it is doing. */
  crash(): Promise<void>
  freeze(): void
  thaw(): void
}

const asRoot = process.getuid?.() === 0

export function chooseEngines(): Engines {
  return findPostgres() !== undefined && findRedis() !== undefined ? 'real' : 'embedded'
}

export async function startStores(folder: string): Promise<{ postgres: Store; redis: Store }> {
  const [bin, program] = [findPostgres(), findRedis()]
  if (!bin || !program) throw new Error('PostgreSQL or redis-server is not installed')
  const postgres = await createPostgres(bin, join(folder, 'postgres'))
  const redis = await createRedis(program, join(folder, 'redis'))
  await Promise.all([postgres.start(), redis.start()])
  return { postgres, redis }
}

/** The folder of the newest installed programs. */
export function findPostgres(): string | undefined {
  const version = (path: string) => Number(/\/(\d+)\/bin\//.exec(path)?.[1] ?? 0)
  const found = globSync('/usr/lib/postgresql/*/bin/initdb')
  return found.sort((a, b) => version(b) - version(a))[0]?.replace(/\/initdb$/, '')
}

function findRedis(): string | undefined {
  const { status } = spawnSync('redis-server', ['--version'])
  return status === 0 ? 'redis-server' : undefined
}

async function createPostgres(bin: string, folder: string): Promise<Store> {
  const data = join(folder, 'data')
  const password = randomBytes(16).toString('hex')
  const port = await freePort()
  mkdirSync(folder)
  // The user postgres must be able to reach the folder.
  chmodSync(join(folder, '..'), 0o711)
  writeFileSync(join(folder, 'password'), `${password}\n`)
  if (asRoot) await run('chown', ['-R', 'postgres:', folder])

  // PostgreSQL refuses to run as root.
  const asPostgres = (program: string, args: string[]) =>
    asRoot
      ? run('runuser', ['--user', 'postgres', '--', join(bin, program), ...args], folder)
      : run(join(bin, program), args, folder)
  const control = (...args: string[]) => asPostgres('pg_ctl', ['--silent', '-D', data, ...args])
  await asPostgres('initdb', [
    ...['-D', data, '-U', 'postgres', '--pwfile', join(folder, 'password'), '--no-sync'],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C.UTF-8'],
  ])
  const options = `-h 127.0.0.1 -p ${port} -k '${folder}' -F`
  const processes = () => {
    const leader = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    return [leader, ...childrenOf(leader)]
  }
  return {
    folder,
    port,
    urlAt: (at) => `postgres://postgres:${password}@127.0.0.1:${at}/postgres`,
    start: () =>
      control('start', '--wait', '--timeout', '60', '--log', join(folder, 'log'), '-o', options),
    crash: () => control('stop', '--wait', '--mode', 'immediate'),
    freeze() {
      for (const pid of processes()) signal(pid, 'SIGSTOP')
    },
    thaw() {
      for (const pid of processes()) signal(pid, 'SIGCONT')
    },
  }
}

async function createRedis(program: string, folder: string): Promise<Store> {
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
    folder,
    port,
    urlAt: (at) => `redis://default:${password}@127.0.0.1:${at}`,
    async start() {
      running = spawn(program, args, { stdio: 'ignore' })
      await waitUntilListening(port)
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

/** Ends a store, frozen or not. It may have ended before. */
export async function discard(store: Store, { keepData }: { keepData: boolean }): Promise<void> {
  try {
    store.thaw()
    await store.crash()
  } catch {}
  await delay(50)
  if (!keepData) rmSync(store.folder, { recursive: true, force: true })
}

function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []))
}

async function run(command: string, args: string[], cwd?: string): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${errors}`)
}
