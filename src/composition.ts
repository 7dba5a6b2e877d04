// The composition root: creates the services of a request and the ports of the room.

import { type Config, ConfigError, readConfig } from './config.ts'
import { connectStores, deadlinesMs, timeoutSignals } from './connect-stores.ts'
import type { Build } from './contract/routes/health.ts'
import { createTokens, type Tokens } from './crypto/access-token.ts'
import { createAddressDigest } from './crypto/address-digest.ts'
import { createRefreshTokens } from './crypto/refresh-token.ts'
import type { Env } from './env.ts'
import type { Services } from './http/app-env.ts'
import { createFairQueue } from './http/auth/fair-queue.ts'
import { ConnectCooldowns } from './http/socket/connect-cooldowns.ts'
import { RefusalSocketLimit } from './http/socket/refusal-sockets.ts'
import { errorFields, logError } from './logger.ts'
import { createMailService } from './mail/mail-service.ts'
import type { SystemClock } from './system-clock.ts'

/**
 * bcrypt blocks the isolate, and more hashes at a time would delay all other requests beyond the
 * timeouts of the stores. The queue is fair between addresses.
 */
const passwordQueueLimits = { concurrency: 2, maxWaiting: 50 }

/** What all requests of an isolate share, whatever their environment. */
export type Isolate = Pick<Services, 'clock' | 'passwordQueue'>

export function createIsolate(clock: SystemClock): Isolate {
  return { clock, passwordQueue: createFairQueue(clock, passwordQueueLimits) }
}

/** Services that live as long as the isolate. */
type IsolateState = Pick<
  Services,
  | 'config'
  | 'build'
  | 'clock'
  | 'passwordQueue'
  | 'tokens'
  | 'refreshTokens'
  | 'digestOfAddress'
  | 'mail'
  | 'storeChecks'
  | 'refusalSocketLimit'
  | 'connectCooldowns'
>

const stateByEnv = new WeakMap<Env, IsolateState | null>()

export function tokensFrom(config: Config): Tokens {
  return createTokens({
    environment: config.ENVIRONMENT,
    secret: config.JWT_SECRET,
    previousSecret: config.JWT_SECRET_PREVIOUS,
    ttlSeconds: config.ACCESS_TOKEN_TTL,
  })
}

/** Null: `npm run deploy` did not make this build. */
export function buildOf({ BUILD_COMMIT: commit, BUILD_TIME: time }: Config): Build | null {
  return commit === undefined || time === undefined ? null : { commit, time }
}

function createIsolateState(env: Env, isolate: Isolate): IsolateState | null {
  try {
    const config = readConfig(env)
    const refreshTokens = createRefreshTokens({
      environment: config.ENVIRONMENT,
      secret: config.JWT_SECRET,
      previousSecret: config.JWT_SECRET_PREVIOUS,
    })
    return {
      config,
      build: buildOf(config),
      ...isolate,
      tokens: tokensFrom(config),
      refreshTokens,
      digestOfAddress: createAddressDigest(config.JWT_SECRET),
      mail: createMailService(config, env.MAIL, isolate.clock),
      storeChecks: new Map(),
      connectCooldowns: new ConnectCooldowns(),
      refusalSocketLimit: new RefusalSocketLimit(),
    }
  } catch (error) {
    const named = error instanceof ConfigError
    logError('configuration_wrong', named ? { detail: error.message } : errorFields(error))
    return null
  }
}

function isolateState(env: Env, isolate: Isolate): IsolateState | null {
  let state = stateByEnv.get(env)
  if (state === undefined) {
    state = createIsolateState(env, isolate)
    stateByEnv.set(env, state)
  }
  return state
}

/**
 * Creates the services of one request. Returns null while the configuration is invalid, which is
 * logged once.
 */
export function createServices(env: Env, isolate: Isolate): Services | null {
  const state = isolateState(env, isolate)
  if (!state) return null
  const { ROOM_NAME, JURISDICTION, LOCATION_HINT: locationHint } = state.config
  // The local runtime knows no jurisdictions.
  const rooms = JURISDICTION ? env.ROOM.jurisdiction(JURISDICTION) : env.ROOM
  const stores = connectStores(state.config, timeoutSignals(deadlinesMs.request))
  return {
    ...state,
    get postgres() {
      return stores.postgres
    },
    get redis() {
      return stores.redis
    },
    room: () => rooms.getByName(ROOM_NAME, locationHint && { locationHint }),
    edgeLimits: { caller: env.EDGE_LIMIT, address: env.ADDRESS_LIMIT },
    probe: connectStores(state.config, timeoutSignals(deadlinesMs.probe)),
    background: connectStores(state.config, timeoutSignals(deadlinesMs.background)),
  }
}
