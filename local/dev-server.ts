// Runs the Worker by the API of wrangler's development server, because `wrangler dev` always opens a
// debugger. The log of the Worker goes to a file, and its errors also to stderr.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Unstable_Config, unstable_getVarsForDev, unstable_readConfig } from 'wrangler'
import { z } from 'zod'
import { ConfigError, readConfig } from '../src/config.ts'
import { faultOfBuildCommand, isBuildReport } from './build-command.ts'
import { bundlerEnded, hasBundlerEnded } from './bundler.ts'
import { DevEnv } from './dev-env.ts'
import { untilSilent } from './health-watch.ts'
import { redact } from './redact.ts'
import { reasonOf } from './refusal.ts'
import { tolerateFailures } from './tolerant-writes.ts'

/** Holds no secret: everyone on the machine can read the arguments of a process. */
const Place = z.object({
  port: z.number(),
  /** Whether other machines of the network can call it; the debugger never is. */
  isOpen: z.boolean().optional(),
  /** Without one there is no debugger. */
  inspectorPort: z.number().optional(),
  envFile: z.string(),
  stateFolder: z.string(),
  /** The build command writes the assets for browsers here. */
  assetsFolder: z.string(),
  /** wrangler makes its temporary files in the folder it runs in. */
  scratchFolder: z.string(),
  logFile: z.string(),
})
export type DevServerPlace = z.infer<typeof Place>

const root = join(import.meta.dirname, '..')
const configName = 'wrangler.toml'
const configFile = join(root, configName)
const hostname = '127.0.0.1'

// Child processes inherit standard error, and esbuild writes hundreds of lines there when it crashes. This
// process writes to standard output instead, so that the start can separate the two.
console.error = (...values) => {
  if (!values.some(isBuildReport)) console.log(...values)
}
console.warn = console.log

interface WorkerLog {
  level: string
  message: string
}

try {
  await run(Place.parse(JSON.parse(process.argv[2] ?? '')))
} catch (error) {
  fail(error)
}

async function run({ port, isOpen, inspectorPort, scratchFolder, ...place }: DevServerPlace) {
  process.chdir(scratchFolder)
  const config = unstable_readConfig({ config: configFile })
  demandConfig(config, place.envFile)
  const devEnv = new DevEnv()
  devEnv.on('error', (event: { cause?: unknown }) => fail(event.cause ?? event))
  // Without esbuild, no later change of the code would be built.
  devEnv.on('buildFailed', (event: { cause?: unknown }) => {
    if (hasBundlerEnded(reasonOf(event.cause))) fail(new Error(bundlerEnded))
    const fault = faultOfBuildCommand(event.cause)
    if (fault) console.error(fault)
  })
  // wrangler has printed the reason. Until the first Worker runs, a failed build ends this process; later
  // wrangler waits for a change of the code.
  const end = () => process.exit(1)
  devEnv.on('buildFailed', end).once('reloadComplete', () => devEnv.off('buildFailed', end))
  const tolerate = tolerateFailures(place.logFile, 'the log of the Worker is lost meanwhile')
  await devEnv.startWorker({
    config: configFile,
    // Named here, so that wrangler takes the folder it runs in for the project's.
    entrypoint: String(config.main),
    build: { custom: { workingDirectory: root } },
    assets: place.assetsFolder,
    envFiles: [place.envFile],
    dev: {
      server: { hostname: isOpen ? '0.0.0.0' : hostname, port },
      inspector: inspectorPort === undefined ? false : { hostname, port: inspectorPort },
      persist: place.stateFolder,
      structuredLogsHandler: ({ level, message }: WorkerLog) => {
        const line = redact(message)
        tolerate(() => appendFileSync(place.logFile, `${line}\n`, { mode: 0o600 }))
        if (level === 'error') console.error(line)
      },
    },
  })
  // A debugger may stop the Worker for as long as it likes.
  if (inspectorPort !== undefined) return
  await untilSilent({
    url: `http://${hostname}:${port}/health`,
    isServing: () => devEnv.isServing(),
    revive: () => devEnv.handOverAgain(),
  })
  throw new Error('The Worker answers no more')
}

/** With a wrong configuration the Worker would start, and refuse every call but /health. */
function demandConfig({ vars }: Unstable_Config, envFile: string): void {
  const bindings = unstable_getVarsForDev(configFile, [envFile], vars, undefined, true)
  const settings = Object.entries(bindings).map(([name, binding]) => [
    name,
    'value' in binding ? binding.value : undefined,
  ])
  readConfig(Object.fromEntries(settings))
}

/** wrangler wraps the cause of a failure into errors that only say that something failed. */
function fail(error: unknown): never {
  const fault = faultOfBuildCommand(error)
  if (fault) fail(new Error(fault))
  if (error instanceof Error && error.cause instanceof Error) fail(error.cause)
  if (error instanceof ConfigError) console.error(`${configName}: ${error.message}`)
  else console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
