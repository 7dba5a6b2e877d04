// `npm start`: the whole service on this machine, on loopback unless asked. At the end, by Ctrl-C or by a failure,
// it closes everything that it has opened. Every failure is printed as one sentence.
import { join } from 'node:path'
import { readArguments } from './arguments.ts'
import { claimFolder } from './data-folder.ts'
import { type GivenSettings, readGivenSettings } from './given-settings.ts'
import { serveMail } from './mail.ts'
import { runMigrations } from './migrations.ts'
import { serveNeon } from './neon-http.ts'
import { untilNpmIsGone } from './parent.ts'
import { openPostgres } from './postgres.ts'
import { startProgress } from './progress.ts'
import { passProxies } from './proxies.ts'
import { openRedis } from './redis.ts'
import { findRedisServer } from './redis-server.ts'
import { Refusal, reasonOf } from './refusal.ts'
import { keepSecrets } from './secrets.ts'
import { readSettings, type Settings } from './settings.ts'
import { demandStores } from './stores.ts'
import { serveUpstash } from './upstash-http.ts'
import { workerVariables } from './variables.ts'
import { welcome } from './welcome.ts'
import { freeWorkerPlace, startWorker } from './worker.ts'

const usage = `npm start

The whole service on this machine. Its settings are read from the environment:

  PORT=8787            where it listens, on this machine only
  HOST=0.0.0.0         lets all machines of the network call it, to try it on a phone
  DATA_DIR=.local      where everything is kept
  DATABASE_URL         a postgres:// server instead of the embedded one
  REDIS_URL            a redis:// server instead of one of its own
  LOCAL_DELAY_MS=0     put before every answer of both
  INSPECTOR_PORT       opens the debugger there
  ALLOWED_ORIGINS=…    pages of these addresses may call too, such as a tunnel's; those of localhost always may
  MESSAGE_LIMIT=5 …    every setting of src/config.ts that is no secret`

const endWithinMs = 2_800

const progress = startProgress()
const opened: { close(): Promise<void> }[] = []
let isEnding = false

// When the terminal has closed, writes fail. The signal SIGHUP then ends this process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

readArguments(usage, {})
passProxies()
untilNpmIsGone(process.env).then(() => failAsEnded('npm'))
try {
  await start(readSettings(process.env), readGivenSettings(process.env))
} catch (error) {
  await fail(error)
}

async function start(settings: Settings, given: GivenSettings): Promise<void> {
  const { port, isOpen, inspectorPort, dataDir, delayMs } = settings
  const inFolder = (name: string) => join(dataDir, name)
  keep(claimFolder(dataDir))
  const secrets = keepSecrets(inFolder('secrets.json'))
  const workerPlace = { home: inFolder('worker'), port, isOpen, inspectorPort }
  await freeWorkerPlace(workerPlace)

  progress.step(postgresStep(settings))
  const postgres = keep(await openPostgres(postgresPlace(settings)))
  // Not before: the creation of a new database blocks this process for seconds, in which it would not
  // handle a signal. Without handlers the signal ends it, and nothing else is running yet.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0))
  progress.step('Bringing the tables up to date')
  await runMigrations(postgres)
  const password = secrets.postgresPassword
  const neon = keep(await serveNeon({ postgres, password, delayMs }))
  progress.step('Starting Redis')
  const redis = keep(await openRedis(redisPlace(settings)))
  redis.ended?.then(() => failAsEnded('The Redis server'))
  const upstash = keep(await serveUpstash({ redis, token: secrets.redisToken, delayMs }))
  progress.step('Checking that Postgres and Redis take writes')
  await demandStores({ postgres, neon, redis, upstash })

  progress.step('Building the page and the Worker, and starting the room')
  const mail = keep(await serveMail({ folder: inFolder('mail'), delayMs }))
  const variables = workerVariables({ neon, upstash, mail }, secrets, given.taken, settings)
  const worker = await startWorker({ ...workerPlace, variables })
  keep({ close: worker.stop })
  worker.ended.then(() => failAsEnded('wrangler'))
  await progress.end()
  console.log(welcome(settings, given, { postgres: postgres.name, redis: redis.name, mail }))
}

function postgresStep({ databaseUrl }: Settings): string {
  if (databaseUrl) return 'Connecting to Postgres'
  return 'Starting the embedded Postgres, which takes longest the first time'
}

function postgresPlace({ databaseUrl, dataDir }: Settings) {
  return databaseUrl ? { url: databaseUrl } : { dataDir: join(dataDir, 'postgres') }
}

function redisPlace({ redisUrl, dataDir }: Settings) {
  if (redisUrl) return { url: redisUrl }
  if (findRedisServer()) return { serverDir: join(dataDir, 'redis') }
  return { embedded: true, file: join(dataDir, 'redis.json') } as const
}

function keep<T extends { close(): Promise<void> }>(part: T): T {
  opened.push(part)
  return part
}

async function fail(error: unknown): Promise<void> {
  if (isEnding) return
  console.error(error instanceof Refusal ? error.message : `The start failed: ${reasonOf(error)}`)
  await end(1)
}

/** For a program that this process did not end. */
function failAsEnded(program: string): Promise<void> {
  return fail(new Refusal(`${program} ended by itself; so does everything else`))
}

async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  await progress.end()
  // leash.ts kills programs that do not end in time, when this process has ended.
  setTimeout(() => process.exit(code), endWithinMs)
  for (const part of opened.reverse()) await part.close().catch(() => {})
  process.exit(code)
}
