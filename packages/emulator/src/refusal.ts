/*
 * COS's codes with their HTTP status, and the message where the situation has only one. Behind each: how sure we are of
 * the code / of the text. [doc] official documentation, [seen] public reports of the real service, [guess] our choice.
 */
const REFUSALS = {
  AccessDenied: [403, 'Access Denied.'], // [doc] / [doc]
  AccessForbidden: [
    403,
    // [seen], the spelling included
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
  ], // [doc] / [seen]
  AppendPositionErr: [409, 'The position is not the length of the object.'], // [doc] / [guess]
  BadDigest: [400, 'The Content-MD5 you specified did not match what we received.'], // [doc] / [guess]
  BucketAlreadyOwnedByYou: [409, 'The bucket you tried to create already exists, and you own it.'], // [doc] / [guess]
  BucketNameTooLong: [400, 'The specified bucket name is too long.'], // [doc] / [guess]
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty.'], // [doc] / [guess]
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size.'], // [doc] / [guess]
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed size.'], // [doc] / [guess]
  ExpiredToken: [400, 'The provided token has expired.'], // [doc] / [guess]
  FileAlreadyExists: [409, 'The object you specified already exists and can not be overwritten.'], // [guess] / [guess]
  IncompleteBody: [
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  ], // [doc] / [guess]
  IncorrectNumberOfFilesInPostRequest: [400, 'POST requires exactly one file upload per request.'], // [doc] / [guess]
  InternalError: [500, 'We encountered an internal error. Please try again.'], // [doc] / [guess]
  InvalidAccessKeyId: [403, 'The Access Key Id you provided does not exist in our records'], // [doc] / [seen]
  InvalidArgument: [400, 'Invalid Argument'], // [doc] / [guess]
  InvalidBucketName: [400, 'The specified bucket is not valid.'], // [doc] / [guess]
  InvalidCopySource: [400, 'The x-cos-copy-source you specified is not valid.'], // [doc] / [guess]
  InvalidDigest: [400, 'The Content-MD5 you specified is not valid.'], // [doc] / [guess]
  InvalidObjectState: [403, "The operation is not valid for the object's storage class."], // [doc] / [guess]
  InvalidPart: [400, 'One or more of the specified parts could not be found.'], // [doc] / [guess]
  InvalidPartOrder: [400, 'The list of parts was not in ascending order.'], // [doc] / [guess]
  InvalidPolicyDocument: [
    400,
    'The content of the form does not meet the conditions specified in the policy document.',
  ], // [doc] / [guess]
  InvalidRange: [416, 'The requested range is not satisfiable.'], // [doc] / [guess]
  InvalidRequest: [400, 'Invalid Request'], // [doc] / [guess]
  InvalidSHA1Digest: [400, 'The x-cos-content-sha1 you specified did not match what we received.'], // [doc] / [guess]
  InvalidTag: [400, 'The tag you specified is not valid.'], // [doc] / [guess]
  InvalidURI: [400, "Couldn't parse the specified URI."], // [doc] / [guess]
  KeyTooLong: [400, 'Your key is too long.'], // [doc] / [guess]
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed multipart/form-data.'], // [doc] / [doc]
  MalformedXML: [
    400,
    'The XML you provided was not well-formed or did not validate against our published schema.',
  ], // [doc] / [guess]
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'], // [doc] / [guess]
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'], // [doc] / [guess]
  MissingRequestBodyError: [400, 'Request body is empty.'], // [doc] / [guess]
  NoSuchBucket: [404, 'The specified bucket does not exist.'], // [doc] / [seen]
  NoSuchCORSConfiguration: [404, 'The CORS configuration does not exist.'], // [doc] / [guess]
  NoSuchCopySource: [404, 'The specified copy source does not exist.'], // [doc] / [guess]
  NoSuchKey: [404, 'The specified key does not exist.'], // [doc] / [seen]
  NoSuchTagSet: [404, 'The TagSet does not exist.'], // [doc] / [guess]
  NoSuchUpload: [404, 'The specified multipart upload does not exist.'], // [doc] / [guess]
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented.'], // [doc] / [guess]
  NotSupportedStorageClass: [400, 'The storage class you specified is not supported.'], // [doc] / [guess]
  ObjectNotAppendable: [409, 'The object is not appendable.'], // [doc] / [guess]
  PreconditionFailed: [412, 'Precondition not match.'], // [doc] / [seen]
  RequestTimeout: [400, 'Your socket connection to the server was not read from or written to in time.'], // [doc] / [guess]
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large.'], // [doc] / [guess]
  RestoreAlreadyInProgress: [409, 'Object restore is already in progress.'], // [doc] / [guess]
  RestoreNonArchiveObject: [405, 'Only an archived object can be restored.'], // [doc] / [guess]
  ServiceUnavailable: [503, 'The server is shutting down.'], // [doc] / [guess]
  SignatureDoesNotMatch: [403, 'The Signature you specified is invalid.'], // [doc] / [seen]
  SlowDown: [503, 'Please reduce your request rate.'], // [doc] / [guess]
  UserNetworkTooSlow: [400, 'The request took too long to arrive.'], // [doc] / [guess]
  VerifyAlgorithmNotSupported: [400, 'The signature algorithm you specified is not supported.'], // [doc] / [guess]
  XMLSizeLimit: [400, 'The XML of the request body is too large.'], // [doc] / [guess]
} as const

/** A code of COS that the emulator answers with. */
export type RefusalCode = keyof typeof REFUSALS

/** What a refusal may carry beyond its code. */
export interface RefusalDetails {
  /** Instead of the code's own message. */
  readonly message?: string | undefined
  /** For the access log alone: why, beyond what COS says. */
  readonly reason?: string | undefined
  /** Elements of the error document between `Message` and `Resource`, in this order. */
  readonly elements?: Readonly<Record<string, string>>
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown by whatever finds that COS would say no, and turned into COS's error document by the handler. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** COS's code. */
  readonly code: RefusalCode
  /** The HTTP status that goes with the code. */
  readonly status: number
  /** See {@link RefusalDetails.reason}. */
  readonly reason: string | undefined
  /** See {@link RefusalDetails.elements}. */
  readonly elements: Readonly<Record<string, string>>
  /** See {@link RefusalDetails.headers}. */
  readonly headers: Readonly<Record<string, string>>

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    const [status, message] = REFUSALS[code]
    super(details.message ?? message)
    this.code = code
    this.status = status
    this.reason = details.reason
    this.elements = details.elements ?? {}
    this.headers = details.headers ?? {}
  }
}
