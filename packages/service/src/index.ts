export { type ApiKeyRecord, createApiKey } from './authenticate/api-key.ts'
export type { JwtOptions } from './authenticate/jwt.ts'
export type { TicketOptions } from './authenticate/ticket.ts'
export type { Caller, CallerMethod } from './caller.ts'
export type { DialectOptions } from './dialects/options.ts'
export { ServiceError, type ServiceErrorCode } from './errors.ts'
export type { ScopeOperation } from './grants/decide-scope.ts'
export type { GrantCallers, GrantOptions } from './grants/grant.ts'
export type { Operation } from './grants/operation.ts'
export type { CorsOptions } from './guard/cors.ts'
export type { StsOptions } from './issue/sts-options.ts'
export type { LimitStore, LimitWindow, WindowCount } from './limits/limit-store.ts'
export { createMemoryLimitStore } from './limits/memory-limit-store.ts'
export type { LimitOptions } from './limits/options.ts'
export type { LinkState, LinkStore, StoredLink, StoredPassword } from './links/link-store.ts'
export { createMemoryLinkStore } from './links/memory-link-store.ts'
export type { LinkOptions } from './links/options.ts'
export type { LinkAnswer, LinkRequest, LinkRevoked } from './links/wire.ts'
export type { Log } from './observe/log.ts'
export type {
  FailureEntry,
  IssuedEntry,
  LogEntry,
  LoggedCaller,
  NoticeEntry,
  RequestEntry,
} from './observe/log-entry.ts'
export type { AuthenticationOptions, HostCaller, ServiceOptions } from './options.ts'
export type { Problem } from './problem.ts'
export { createService, type Service } from './service.ts'
export type {
  AbortAnswer,
  AuthorizationAnswer,
  AuthorizationRequest,
  CompletionAnswer,
  CompletionRequest,
  ConfirmAnswer,
  ConfirmRequest,
  CredentialsAnswer,
  CredentialsRequest,
  DownloadRequest,
  MultipartAnswer,
  MultipartRequest,
  PartAnswer,
  PartsAnswer,
  PartsRequest,
  PostFormAnswer,
  PresignedAnswer,
  TicketAnswer,
  TicketRequest,
  UploadAnswer,
  UploadedPart,
  UploadedPartsAnswer,
  UploadReference,
  UploadRequest,
} from './wire.ts'
