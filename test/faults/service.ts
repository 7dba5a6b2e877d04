// The service as `npm start` runs it, with everything that can happen to its processes: it is ended,
// killed, killed with all it started, loses its workerd, and is started again on the same data.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from './figures.ts'

const root = join(import.meta.dirname, '../..')
const startWithinMs = 120_000
const endWithinMs = 20_000
const tries = 5

export type ServicePlace = {
  folder: string
  port: number
  /** Where Postgres and Redis are reached; without them the service has its own. */
  databaseUrl?: string | undefined
  redisUrl?: string | undefined
  figures: Figures
}

export class Service {
  readonly port: number
  readonly #place: ServicePlace
  readonly #log: string
  #process: ChildProcess | undefined
  /** It was started, and nothing here ended it. */
  #meant = false

  constructor(place: ServicePlace) {
    this.#place = place
    this.port = place.port
    mkdirSync(place.folder, { recursive: true })
    this.#log = join(place.folder, 'start.log')
  }

  get dataDir(): string {
    return join(this.#place.folder, 'data')
  }

  /** Ends when it answers. What refuses to start is started again, and counted. */
  async start(env: Record<string, string> = {}): Promise<void> {
    for (let tried = 1; ; tried++) {
      const fault = await this.#startOnce(env)
      if (fault === null) return
      this.#place.figures.count('starts that failed')
      console.log(`a start failed: ${fault.trim()}`)
      if (tried === tries) throw new Error(`It does not start: ${fault}`)
      await delay(500)
    }
  }

  /** As Ctrl-C does. Gives what it said with its exit code, if that was not 0. */
  async end(): Promise<string | null> {
    const running = this.#take()
    if (!running) return null
    const exit = once(running, 'exit')
    running.kill('SIGTERM')
    const late = delay(endWithinMs, 'late', { ref: false })
    const code = await Promise.race([exit.then(([code]) => code), late])
    if (code === 'late') this.#signal(running.pid, 'SIGKILL')
    await exit
    return code === 0 ? null : `the start answers SIGTERM with ${code}`
  }

  /** kill -9 of the start alone: what it started has to notice by itself. */
  async killStart(): Promise<void> {
    const running = this.#take()
    if (!running) return
    const exit = once(running, 'exit')
    this.#signal(running.pid, 'SIGKILL')
    await exit
  }

  /** kill -9 of everything at the same moment. */
  async killAll(): Promise<void> {
    const groups = ['worker', 'redis'].flatMap((name) => this.#groupOf(name) ?? [])
    for (const group of groups) this.#signal(-group, 'SIGKILL')
    await this.killStart()
  }

  /** kill -9 of the workerd that holds the room; wrangler starts another. */
  async killWorkerd(): Promise<void> {
    const before = this.#workerds()
    for (const pid of before) this.#signal(pid, 'SIGKILL')
    const deadline = Date.now() + startWithinMs
    const isOther = () => this.#workerds().some((pid) => !before.includes(pid))
    while (!isOther() || !(await this.isAnswering())) {
      if (Date.now() > deadline) throw new Error('wrangler starts no other workerd')
      await delay(100)
    }
  }

  async isAnswering(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(2_000)
      return (await fetch(`http://127.0.0.1:${this.port}/ready`, { signal })).status === 200
    } catch {
      return false
    }
  }

  async #startOnce(env: Record<string, string>): Promise<string | null> {
    const { databaseUrl, redisUrl } = this.#place
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
        ...env,
      },
    })
    this.#process = running
    let printed = ''
    const listening = new Promise<null>((resolve) => {
      const note = (text: Buffer) => {
        printed += text
        appendFileSync(this.#log, text)
        if (printed.includes('Ctrl-C')) resolve(null)
      }
      running.stdout.on('data', note)
      running.stderr.on('data', note)
    })
    const ended = once(running, 'exit').then(() => printed || 'it ended')
    const late = delay(startWithinMs, `it is late: ${printed}`, { ref: false })
    const fault = await Promise.race([listening, ended, late])
    this.#meant = fault === null
    if (fault === null) running.once('exit', () => this.#fell(running, printed))
    else await this.killAll()
    return fault
  }

  #fell(process: ChildProcess, printed: string): void {
    if (this.#process !== process || !this.#meant) return
    throw new Error(`The start ended by itself: ${printed}`)
  }

  #take(): ChildProcess | undefined {
    const running = this.#process
    this.#process = undefined
    this.#meant = false
    return running?.exitCode === null && running.signalCode === null ? running : undefined
  }

  /** So that it takes the embedded engine, which it does where there is no server. */
  #pathWithoutRedis(): string {
    const bin = join(this.#place.folder, 'bin')
    mkdirSync(bin, { recursive: true })
    const { stdout } = spawnSync('which', ['ps', 'sh', 'env'], { encoding: 'utf8' })
    const programs = [process.execPath, ...stdout.split('\n').filter(Boolean)]
    for (const program of programs) {
      const link = join(bin, basename(program))
      if (!existsSync(link)) symlinkSync(program, link)
    }
    return bin
  }

  #groupOf(name: string): number | undefined {
    try {
      const text = readFileSync(join(this.dataDir, name, 'process-group'), 'utf8')
      return Number.parseInt(text, 10) || undefined
    } catch {
      return undefined
    }
  }

  /** wrangler has two: one listens for people, the other, on a port of its own, runs the Worker. */
  #workerds(): number[] {
    const group = this.#groupOf('worker')
    const listener = `--socket-addr=entry=127.0.0.1:${this.port}`
    const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,pgid=,stat=,args='], {
      encoding: 'utf8',
    })
    return stdout.split('\n').flatMap((line) => {
      const [pid, pgid, state = '', ...args] = line.trim().split(/\s+/)
      const isOurs = Number(pgid) === group && !state.startsWith('Z')
      const isOne = isOurs && args[0]?.endsWith('/workerd') && args[1] === 'serve'
      return isOne && !args.includes(listener) ? [Number(pid)] : []
    })
  }

  #signal(pid: number | undefined, name: NodeJS.Signals): void {
    try {
      if (pid !== undefined) process.kill(pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
