import { type Clock, createClock } from './clock.ts'
import { createFaultPlan, type FaultPlan } from './faults/fault-plan.ts'
import { createHandler } from './handler.ts'
import { type InjectRequest, type InjectResponse, inject } from './inject.ts'
import { createFindKey, type EmulatorCredential, type KnownKey, toKnownKey } from './known-key.ts'
import type { ListenAddress, ListenOptions } from './listen-options.ts'
import { createMemoryStore } from './memory-store.ts'
import type { Handler } from './message.ts'
import { type Listeners, openListeners } from './open-listeners.ts'
import {
  assertBucketOption,
  assertBucketOptions,
  assertEmulatorOptions,
  type BucketOptions,
  type EmulatorOptions,
} from './options.ts'
import type { Store } from './store.ts'
import { toRole } from './sts/role.ts'
import { createTemporaryKeys } from './sts/temporary-keys.ts'
import { loadTokenSecret } from './sts/token-secret.ts'

/** A COS for development. */
export interface Emulator {
  /** The clock it goes by; moves for tests. */
  readonly clock: Clock
  /** What goes wrong on demand, for tests of clients. */
  readonly faults: FaultPlan
  /**
   * Opens the store and accepts connections.
   *
   * @throws What the store or the port says, for instance `EADDRINUSE`; it may then be called again.
   */
  listen(options?: ListenOptions): Promise<ListenAddress>
  /** Answers one request without a socket; rejects when a fault cuts the connection. */
  inject(request: InjectRequest): Promise<InjectResponse>
  /** Stops: requests under way get a moment to finish, then their connections are cut. May be called more than once. */
  close(): Promise<void>
  /** Registers a key; replaces one of the same id. */
  addCredential(credential: EmulatorCredential): void
  /** Whether there was one. */
  removeCredential(secretId: string): boolean
  /** @returns False when there was a bucket of that name already. */
  createBucket(name: string): Promise<boolean>
  /** Changes what is named of a bucket's settings. @returns False when there is no such bucket. */
  updateBucket(name: string, settings: BucketOptions): Promise<boolean>
}

/**
 * A COS that verifies every request as the real one does, in this process.
 *
 * Nothing happens before {@link Emulator.listen} or {@link Emulator.inject}: a data directory is opened there.
 *
 * @throws {TypeError|RangeError} A bad option, by name.
 * @example
 * const emulator = createEmulator({ credentials: [{ secretId, secretKey }], buckets: ['examplebucket-1250000000'] })
 * const { url } = await emulator.listen()
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  assertEmulatorOptions(options)
  const keys = new Map<string, KnownKey>()
  for (const credential of options.credentials ?? []) addCredential(credential)
  const roles = new Map((options.roles ?? []).map((role) => [role.arn, toRole(role)]))
  const clock = createClock(options.now ?? Date.now)
  clock.advance(options.clockOffsetSeconds ?? 0)
  const faults = createFaultPlan(options.random ?? Math.random)
  for (const rule of options.faults ?? []) faults.add(rule)
  let opening: Promise<{ store: Store; handle: Handler }> | undefined
  let isListening = false
  let listeners: Listeners | undefined
  let closing: Promise<void> | undefined

  return {
    clock,
    faults,
    listen,
    inject: injectRequest,
    close,
    addCredential,
    removeCredential,
    createBucket,
    updateBucket,
  }

  async function listen(listenOptions: ListenOptions = {}): Promise<ListenAddress> {
    if (isListening) throw new Error('The emulator is listening already')
    isListening = true
    try {
      const { handle } = await open()
      const { idleTimeoutSeconds = 60, minBytesPerSecond = 1024, dataDir, onRequest } = options
      const named = toNamedServer(options)
      listeners = await openListeners(
        {
          handle,
          now: clock.now,
          clock,
          faults,
          idleTimeoutSeconds,
          minBytesPerSecond,
          named,
          dataDir,
          onRequest,
        },
        listenOptions,
      )
      return listeners.address
    } catch (error) {
      isListening = false
      throw error
    }
  }

  async function injectRequest(request: InjectRequest): Promise<InjectResponse> {
    const { handle } = await open()
    return await inject(handle, request)
  }

  function close(): Promise<void> {
    closing ??= stop()
    return closing
  }

  async function stop(): Promise<void> {
    faults.close()
    await listeners?.close()
    const opened = await opening?.catch(() => undefined)
    await opened?.store.close()
  }

  function addCredential(credential: EmulatorCredential): void {
    const key = toKnownKey(credential)
    keys.set(key.credential.secretId, key)
  }

  function removeCredential(secretId: string): boolean {
    return keys.delete(secretId)
  }

  async function createBucket(name: string): Promise<boolean> {
    assertBucketOption(name, 'name')
    const { store } = await open()
    return await store.createBucket({ name, createdAt: clock.now() })
  }

  async function updateBucket(name: string, settings: BucketOptions): Promise<boolean> {
    assertBucketOption(name, 'name')
    assertBucketOptions(settings)
    const { store } = await open()
    return (await store.updateBucket(name, (current) => ({ ...current, ...settings }))) !== undefined
  }

  function open(): Promise<{ store: Store; handle: Handler }> {
    if (closing !== undefined) return Promise.reject(new Error('The emulator is closed'))
    opening ??= openNow().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function openNow(): Promise<{ store: Store; handle: Handler }> {
    const store = await openStore(options)
    const { buckets = [], defaultBucket, domains = {}, region = 'ap-guangzhou', onRequest } = options
    const { maxPolicyCharacters = 2048 } = options
    const temporaryKeys = createTemporaryKeys(await loadTokenSecret(options))
    const findKey = createFindKey(keys, temporaryKeys)
    const names = new Set([
      ...buckets,
      ...(defaultBucket === undefined ? [] : [defaultBucket]),
      ...Object.values(domains),
    ])
    for (const name of names) await store.createBucket({ name, createdAt: clock.now() })
    const handle = createHandler({
      store,
      now: clock.now,
      region,
      onlyRegion: options.region,
      strictSignature: options.strictSignature ?? false,
      addressBook: {
        defaultBucket,
        domains: new Map(Object.entries(domains).map(([host, bucket]) => [host.toLowerCase(), bucket])),
        isBucket: async (name) => (await store.getBucket(name)) !== undefined,
      },
      findKey,
      sts: { findKey, temporaryKeys, roles, maxPolicyCharacters, now: clock.now, faults },
      faults,
      onRequest,
    })
    return { store, handle }
  }
}

function toNamedServer({
  region = 'ap-guangzhou',
  buckets = [],
  defaultBucket,
  domains = {},
}: EmulatorOptions): {
  region: string
  buckets: string[]
  domains: string[]
} {
  const named = [...buckets, ...(defaultBucket === undefined ? [] : [defaultBucket])]
  return { region, buckets: [...new Set(named)], domains: Object.keys(domains) }
}

/** The disk store is loaded only where it is wanted: its database is a native module. */
async function openStore({ dataDir, maxMemoryBytes }: EmulatorOptions): Promise<Store> {
  if (dataDir === undefined) {
    return createMemoryStore(maxMemoryBytes === undefined ? {} : { maxBytes: maxMemoryBytes })
  }
  const { createDiskStore } = await import('./disk-store.ts')
  return await createDiskStore(dataDir)
}
