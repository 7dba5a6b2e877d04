// A Redis in this process, for machines without one: exactly the commands the project uses, with
// Redis's own arity, type and option errors. It refuses every other command.
import { hashCommands } from './embedded-redis/hashes.ts'
import { keyCommands } from './embedded-redis/keys.ts'
import { type Command, type Commands, Keyspace } from './embedded-redis/keyspace.ts'
import { keepInFile } from './embedded-redis/snapshot.ts'
import { sortedSetCommands } from './embedded-redis/sorted-sets.ts'
import { stringCommands } from './embedded-redis/strings.ts'
import { type Redis, RedisError, type Reply } from './reply.ts'

const commands = new Map<string, Command>(
  Object.entries<Command>({
    ...keyCommands,
    ...stringCommands,
    ...hashCommands,
    ...sortedSetCommands,
  } satisfies Commands),
)

export interface EmbeddedRedisOptions {
  /** The file that stores the keys. Without it they are only in memory. */
  file?: string
  now?: () => number
}

export function openEmbeddedRedis({ file, now = Date.now }: EmbeddedRedisOptions = {}): Redis {
  const keys = new Keyspace()
  const stopKeeping = file === undefined ? () => {} : keepInFile(keys, file)

  return {
    name: file === undefined ? 'embedded, in memory' : `embedded, in ${file}`,
    kind: 'embedded',
    async call(command) {
      keys.now = now()
      return run(keys, command)
    },
    async transact(batch) {
      try {
        for (const command of batch) find(command)
      } catch {
        throw new RedisError('EXECABORT Transaction discarded because of previous errors.')
      }
      keys.now = now()
      return batch.map((command) => attempt(keys, command))
    },
    async close() {
      stopKeeping()
    },
  }
}

function run(keys: Keyspace, command: string[]): Reply {
  const [, execute] = find(command)
  return execute(keys, ...command.slice(1))
}

function attempt(keys: Keyspace, command: string[]): Reply | RedisError {
  try {
    return run(keys, command)
  } catch (error) {
    if (error instanceof RedisError) return error
    throw error
  }
}

function find(command: string[]): Command {
  const name = String(command[0])
  const known = commands.get(name.toUpperCase())
  if (!known) throw new RedisError(`ERR unknown command '${name}' (the embedded Redis has few)`)
  const [arity] = known
  if (arity >= 0 ? command.length !== arity : command.length < -arity) {
    throw new RedisError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`)
  }
  return known
}
