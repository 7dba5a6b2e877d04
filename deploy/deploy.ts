// `npm run deploy` (production) and `npm run deploy -- staging`: migrates the database, then
// deploys the Worker, and waits until the room runs the new build. All missing settings are reported
// before anything changes.

import { join } from 'node:path'
import { readArguments, refuseArguments } from '../local/arguments.ts'
import { passProxies } from '../local/proxies.ts'
import type { Build } from '../src/contract/routes/health.ts'
import { nameBuild } from './build.ts'
import { type DeployInput, preflightFailures, type Target, targets } from './preflight.ts'
import { awaitRoomUpdate } from './room-update.ts'
import { nodeShell, type Shell } from './shell.ts'

async function listSecrets(target: Target, shell: Shell): Promise<string[] | null> {
  const output = await shell.ask('wrangler', ['secret', 'list', '--env', target])
  if (output === null) return null
  try {
    const listed: { name: string }[] = JSON.parse(output)
    return listed.map(({ name }) => name)
  } catch {
    return null
  }
}

export type Release = {
  build: Build
  /** Seconds until the platform resets a busy room; undefined: those of wrangler.toml. */
  delaySeconds: number | undefined
}

function wranglerArguments(target: Target, { build, delaySeconds }: Release): string[] {
  const mode = `--durable-objects-code-update-mode=deferred ${delaySeconds}s`
  return [
    ...['deploy', '--env', target],
    ...['--var', `BUILD_COMMIT:${build.commit}`, '--var', `BUILD_TIME:${build.time}`],
    ...(delaySeconds === undefined ? [] : [mode]),
  ]
}

/** Returns the reasons of a failure, one sentence each; an empty list: it is deployed. */
export async function deploy(
  place: DeployInput,
  release: Release,
  shell: Shell,
): Promise<string[]> {
  const found = preflightFailures({ ...place, secrets: await listSecrets(place.target, shell) })
  if (found.length > 0) return [...found, 'Nothing was changed.']
  const refusal = await shell.migrate(String(place.databaseUrl))
  if (refusal !== null)
    return [
      `The database cannot be reached, or refused the migration: ${refusal}. Nothing was deployed.`,
    ]
  const fill = () => shell.fill(String(place.databaseUrl))
  const unfilled = await fill()
  if (unfilled !== null)
    return [
      `What older releases did not write could not be filled in: ${unfilled}. Nothing was deployed. ` +
        'The database is migrated, and serves the old code as before.',
    ]
  if (!(await shell.run('wrangler', wranglerArguments(place.target, release))))
    return ['The deploy failed. The database is migrated, and serves the old code as before.']
  // The old code wrote names and messages until now.
  const late = await fill()
  if (late === null) return []
  return [
    `It is deployed, but names of the last minutes may lack their skeletons, and messages may not be found: ${late}. ` +
      'Fill them in with `npm run db:fill`.',
  ]
}

const usage = `npm run deploy [-- staging | production] [--delay SECONDS]

Migrates the database of DATABASE_URL and deploys the Worker, by default to production. Reports all
missing settings before anything changes. With CHAT_URL, the address of the service, it then waits
until the room runs the new build. With ADMIN_TOKEN, too, it asks the clients of a busy room to
reconnect shortly before the platform resets the room. See docs/deploy.md.

  --delay SECONDS   how long a busy room may keep its old code, from 0 to 86400; by default what
                    wrangler.toml says`

function readTarget([name = 'production', ...rest]: string[]): Target | undefined {
  return rest.length === 0 ? targets.find((target) => target === name) : undefined
}

function readDelay(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= 86_400) return Number(text)
  return refuseArguments('--delay takes a whole number of seconds from 0 to 86400.', usage)
}

if (import.meta.main) {
  const options = { delay: { type: 'string' } } as const
  const { positionals, values } = readArguments(usage, { options, allowPositionals: true })
  const target = readTarget(positionals)
  if (!target) refuseArguments('There is no environment of this name.', usage)
  const delaySeconds = readDelay(values.delay)
  const { unstable_readConfig } = await import('wrangler')
  const config = unstable_readConfig({ config: 'wrangler.toml', env: target })
  const { DATABASE_URL: databaseUrl, CHAT_URL: url, ADMIN_TOKEN: adminToken } = process.env
  const build = nameBuild(join(import.meta.dirname, '..'), new Date())
  const place = { target, config, databaseUrl, chatUrl: url }
  const stoppedBy = await deploy(place, { build, delaySeconds }, nodeShell)
  for (const sentence of stoppedBy) console.error(sentence)
  if (stoppedBy.length > 0) process.exit(1)
  console.log(`${config.name} is deployed, from ${build.commit}.`)
  if (!url) {
    console.log(
      'A busy room keeps its old code for a while. This waits until it runs the new one:\n' +
        `npm run smoke -- https://<address of the service> --build ${build.commit}`,
    )
    process.exit(0)
  }
  passProxies()
  const delayMs =
    1_000 * (delaySeconds ?? config.durable_objects.code_update_strategy?.max_delay ?? 0)
  const update = await awaitRoomUpdate({ url, build, delayMs, adminToken }, console.log)
  if (update.done) console.log(update.sentence)
  else console.error(update.sentence)
  // The room's old code wrote messages until now.
  const unfilled = update.done ? await nodeShell.fill(String(databaseUrl)) : null
  if (unfilled !== null)
    console.error(
      `Messages of the last minutes may not be found: ${unfilled}. Run \`npm run db:fill\`.`,
    )
  process.exit(update.done && unfilled === null ? 0 : 1)
}
