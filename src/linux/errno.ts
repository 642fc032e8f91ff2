/** Errors that a socket call of the client sees; the names are those of errno(3). */
export type Errno =
  | 'EACCES'
  | 'EADDRNOTAVAIL'
  | 'ECONNREFUSED'
  | 'EHOSTUNREACH'
  | 'EINVAL'
  | 'EMSGSIZE'
  | 'ENETUNREACH'
  | 'ENODEV'
  | 'ENOPROTOOPT'
  | 'EPERM'
  | 'EPROTO'
  | 'ETIMEDOUT';
