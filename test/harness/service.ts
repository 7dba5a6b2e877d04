// The service as `npm start` runs it. Its processes can be ended, killed alone or together, and
// started again on the same data.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Metrics } from './metrics.ts'
import { groupOf, signal, workerdsOf } from './process-table.ts'

const root = join(import.meta.dirname, '../..')
const startWithinMs = 120_000
const endWithinMs = 20_000
const tries = 5

export type ServicePlace = {
  folder: string
  port: number
  /** The addresses of Postgres and Redis; without them the service runs embedded ones. */
  databaseUrl?: string | undefined
  redisUrl?: string | undefined
  /** Settings of the Worker for every start. */
  settings?: Record<string, string> | undefined
  /** Counts starts that fail. */
  metrics?: Metrics
}

export class Service {
  readonly port: number
  readonly #place: ServicePlace
  readonly #log: string
  #process: ChildProcess | undefined
  /** Whether its end would be unexpected: it was started, and nothing here ended it. */
  #shouldRun = false

  constructor(place: ServicePlace) {
    this.#place = place
    this.port = place.port
    mkdirSync(place.folder, { recursive: true })
    this.#log = join(place.folder, 'start.log')
  }

  get dataDir(): string {
    return join(this.#place.folder, 'data')
  }

  /** Resolves when the service answers. A start that fails is tried again, and counted. */
  async start(env: Record<string, string> = {}): Promise<void> {
    for (let tried = 1; ; tried++) {
      const fault = await this.#startOnce(env)
      if (fault === null) return
      this.#place.metrics?.count('starts that failed')
      console.log(`a start failed: ${fault.trim()}`)
      if (tried === tries) throw new Error(`It does not start: ${fault}`)
      await delay(500)
    }
  }

  /** Ends it as Ctrl-C does. @returns a sentence if its exit code is not 0 */
  async end(): Promise<string | null> {
    const running = this.#takeProcess()
    if (!running) return null
    const exit = once(running, 'exit')
    running.kill('SIGTERM')
    const late = delay(endWithinMs, 'late', { ref: false })
    const code = await Promise.race([exit.then(([code]) => code), late])
    if (code === 'late') signal(running.pid, 'SIGKILL')
    await exit
    return code === 0 ? null : `the start answers SIGTERM with ${code}`
  }

  /** kill -9 of `npm start` alone: its children have to notice by themselves. */
  async killStart(): Promise<void> {
    const running = this.#takeProcess()
    if (!running) return
    const exit = once(running, 'exit')
    signal(running.pid, 'SIGKILL')
    await exit
  }

  /** kill -9 of all processes at the same moment. */
  async killAll(): Promise<void> {
    const groups = ['worker', 'redis'].flatMap((name) => this.#groupOf(name) ?? [])
    for (const group of groups) signal(-group, 'SIGKILL')
    await this.killStart()
  }

  /** kill -9 of the workerd that runs the room; wrangler starts another one. */
  async killWorkerd(): Promise<void> {
    const before = this.#workerds()
    for (const pid of before) signal(pid, 'SIGKILL')
    const deadline = Date.now() + startWithinMs
    const isReplaced = () => this.#workerds().some((pid) => !before.includes(pid))
    while (!isReplaced() || !(await this.isAnswering())) {
      if (Date.now() > deadline) throw new Error('wrangler starts no other workerd')
      await delay(100)
    }
  }

  async isAnswering(): Promise<boolean> {
    try {
      const late = AbortSignal.timeout(2_000)
      const { status } = await fetch(`http://127.0.0.1:${this.port}/ready`, { signal: late })
      return status === 200
    } catch {
      return false
    }
  }

  async #startOnce(env: Record<string, string>): Promise<string | null> {
    const { databaseUrl, redisUrl, settings } = this.#place
    const running = spawn(process.execPath, ['local/start.ts'], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: redisUrl === undefined ? this.#pathWithoutRedis() : process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(this.port),
        DATA_DIR: this.dataDir,
        ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
        ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
        ...settings,
        ...env,
      },
    })
    this.#process = running
    let printed = ''
    const listening = new Promise<null>((resolve) => {
      const read = (text: Buffer) => {
        printed += text
        appendFileSync(this.#log, text)
        if (printed.includes('Ctrl-C')) resolve(null)
      }
      running.stdout.on('data', read)
      running.stderr.on('data', read)
    })
    const ended = once(running, 'exit').then(() => printed || 'it ended')
    const late = delay(startWithinMs, `it is late: ${printed}`, { ref: false })
    const fault = await Promise.race([listening, ended, late])
    this.#shouldRun = fault === null
    if (fault === null) running.once('exit', () => this.#failUnexpectedEnd(running, printed))
    else await this.killAll()
    return fault
  }

  #failUnexpectedEnd(process: ChildProcess, printed: string): void {
    if (this.#process !== process || !this.#shouldRun) return
    throw new Error(`The start ended by itself: ${printed}`)
  }

  #takeProcess(): ChildProcess | undefined {
    const running = this.#process
    this.#process = undefined
    this.#shouldRun = false
    return running?.exitCode === null && running.signalCode === null ? running : undefined
  }

  /** A PATH on which `npm start` finds no redis-server, so that it runs the embedded one. */
  #pathWithoutRedis(): string {
    const bin = join(this.#place.folder, 'bin')
    mkdirSync(bin, { recursive: true })
    const { stdout } = spawnSync('which', ['ps', 'sh', 'env'], { encoding: 'utf8' })
    const programs = [process.execPath, ...stdout.split('\n').filter(Boolean)]
    for (const program of programs) {
      const proxy = join(bin, basename(program))
      if (!existsSync(proxy)) symlinkSync(program, proxy)
    }
    return bin
  }

  #groupOf(name: string): number | undefined {
    return groupOf(join(this.dataDir, name))
  }

  #workerds(): number[] {
    return workerdsOf(this.#groupOf('worker'), this.port, 'behind')
  }
}
