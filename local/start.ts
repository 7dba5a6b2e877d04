// `npm start`: the whole service on this machine, on loopback only. At the end, by Ctrl-C or by a failure,
// it closes everything that it has opened. Every failure is printed as one sentence.
import { join, resolve } from 'node:path'
import { readArguments } from './arguments.ts'
import { claimFolder } from './data-folder.ts'
import { type GivenSettings, readGivenSettings } from './given-settings.ts'
import { runMigrations } from './migrations.ts'
import { serveNeon } from './neon-http.ts'
import { untilNpmIsGone } from './parent.ts'
import { openPostgres } from './postgres.ts'
import { passProxies } from './proxies.ts'
import { openRedis } from './redis.ts'
import { findRedisServer } from './redis-server.ts'
import { Refusal, reasonOf } from './refusal.ts'
import { keepSecrets } from './secrets.ts'
import { readSettings, type Settings } from './settings.ts'
import { demandStores } from './stores.ts'
import { serveUpstash } from './upstash-http.ts'
import { workerVariables } from './variables.ts'
import { freeWorkerPlace, startWorker } from './worker.ts'

const usage = `npm start

The whole service on this machine. Its settings are read from the environment:

  PORT=8787            where it listens, on this machine only
  DATA_DIR=.local      where everything is kept
  DATABASE_URL         a postgres:// server instead of the embedded one
  REDIS_URL            a redis:// server instead of one of its own
  LOCAL_DELAY_MS=0     put before every answer of both
  INSPECTOR_PORT       opens the debugger there
  MESSAGE_LIMIT=5 …    every setting of src/config.ts that is no secret`

const endWithinMs = 2_800

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
  const { port, inspectorPort, dataDir, delayMs } = settings
  const inFolder = (name: string) => join(dataDir, name)
  keep(claimFolder(dataDir))
  const secrets = keepSecrets(inFolder('secrets.json'))
  const workerPlace = { home: inFolder('worker'), port, inspectorPort }
  await freeWorkerPlace(workerPlace)

  const postgres = keep(await openPostgres(postgresPlace(settings)))
  // Not before: the creation of a new database blocks this process for seconds, in which it would not
  // handle a signal. Without handlers the signal ends it, and nothing else is running yet.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0))
  await runMigrations(postgres)
  const password = secrets.postgresPassword
  const neon = keep(await serveNeon({ postgres, password, delayMs }))
  const redis = keep(await openRedis(redisPlace(settings)))
  redis.ended?.then(() => failAsEnded('The Redis server'))
  const upstash = keep(await serveUpstash({ redis, token: secrets.redisToken, delayMs }))
  await demandStores({ postgres, neon, redis, upstash })

  const variables = workerVariables(neon, upstash, secrets, given.taken)
  const worker = await startWorker({ ...workerPlace, variables })
  keep({ close: worker.stop })
  worker.ended.then(() => failAsEnded('wrangler'))
  console.log(welcome(settings, given, [postgres.name, redis.name]))
}

function postgresPlace({ databaseUrl, dataDir }: Settings) {
  return databaseUrl ? { url: databaseUrl } : { dataDir: join(dataDir, 'postgres') }
}

function redisPlace({ redisUrl, dataDir }: Settings) {
  if (redisUrl) return { url: redisUrl }
  if (findRedisServer()) return { serverDir: join(dataDir, 'redis') }
  return { embedded: true, file: join(dataDir, 'redis.json') } as const
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** The operator's commands find this service by the same settings. */
function operatorCommand({ port, dataDir }: Settings): string {
  return [
    ...(port === 8787 ? [] : [`PORT=${port}`]),
    ...(dataDir === resolve('.local') ? [] : [`DATA_DIR=${quoted(dataDir)}`]),
    'npm run operator --',
  ].join(' ')
}

function welcome(
  settings: Settings,
  { taken, left }: GivenSettings,
  [postgres, redis]: [postgres: string, redis: string],
): string {
  const { port, inspectorPort } = settings
  const names = Object.keys(taken)
  const remarks = [
    names.length > 0 && `Settings  ${names.join(', ')} of the environment`,
    left.length > 0 && `Not used  ${left.join(', ')} of the environment: a local start has its own`,
    inspectorPort !== undefined &&
      `Debugger  on port ${inspectorPort}; it gives every program on this machine the secrets`,
  ]
  return `
  http://localhost:${port}           the chat
  http://localhost:${port}/docs      the API, to try out (to read: /redoc)
  http://localhost:${port}/ready     the state of its parts
  ws://localhost:${port}/ws/chat     the room

  Become the owner: ${operatorCommand(settings)} role <your username> owner

  Postgres  ${postgres}
  Redis     ${redis}
${remarks.flatMap((remark) => (remark ? [`  ${remark}\n`] : [])).join('')}  Ctrl-C ends it.
`
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
  // leash.ts kills programs that do not end in time, when this process has ended.
  setTimeout(() => process.exit(code), endWithinMs)
  for (const part of opened.reverse()) await part.close().catch(() => {})
  process.exit(code)
}
