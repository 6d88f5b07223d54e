"""Closed lists of names on the wire: of SIP trunks."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class AnonymizationType(StrEnum):
    """How a caller's number is withheld."""

    NONE = "NONE"
    REMOTE_PARTY_ID = "REMOTE_PARTY_ID"
    ASSERTED_IDENTITY = "ASSERTED_IDENTITY"
    PREFERRED_IDENTITY = "PREFERRED_IDENTITY"


@unique
class AudioCodec(StrEnum):
    """Codecs of a SIP trunk."""

    PCMU = "PCMU"
    PCMA = "PCMA"
    G729 = "G729"


@unique
class BillingPackageType(StrEnum):
    """How a SIP trunk is paid for."""

    METERED = "METERED"
    UNLIMITED = "UNLIMITED"


@unique
class DtmfType(StrEnum):
    """How a SIP trunk carries digits."""

    RFC2833 = "RFC2833"
    INBAND = "INBAND"


@unique
class FaxType(StrEnum):
    """How a SIP trunk carries a fax."""

    NONE = "NONE"
    INBAND = "INBAND"
    T38 = "T38"


@unique
class GenesysCloudRegion(StrEnum):
    """Regions of a provider."""

    NA_US_EAST_1 = "NA_US_EAST_1"
    NA_US_EAST_2 = "NA_US_EAST_2"
    NA_US_WEST_2 = "NA_US_WEST_2"
    CA_CENTRAL_1 = "CA_CENTRAL_1"
    SA_EAST_1 = "SA_EAST_1"
    EU_CENTRAL_1 = "EU_CENTRAL_1"
    EU_CENTRAL_2 = "EU_CENTRAL_2"
    EU_WEST_1 = "EU_WEST_1"
    EU_WEST_2 = "EU_WEST_2"
    ME_CENTRAL_1 = "ME_CENTRAL_1"
    AP_SOUTH_1 = "AP_SOUTH_1"
    AP_NORTHEAST_3 = "AP_NORTHEAST_3"
    AP_NORTHEAST_2 = "AP_NORTHEAST_2"
    AP_SOUTHEAST_2 = "AP_SOUTHEAST_2"
    AP_SOUTHEAST_1 = "AP_SOUTHEAST_1"
    AP_NORTHEAST_1 = "AP_NORTHEAST_1"


@unique
class NumberPresentationFormat(StrEnum):
    """How a SIP trunk writes numbers."""

    E164 = "E164"
    INTERNATIONAL = "INTERNATIONAL"
    US_NATIONAL = "US_NATIONAL"


@unique
class SelectionStrategy(StrEnum):
    """How a SIP trunk picks a host."""

    FAILOVER = "FAILOVER"
    ROUND_ROBIN = "ROUND_ROBIN"


@unique
class SipTrunkActionStatus(StrEnum):
    """How far a change of a SIP trunk is."""

    CREATING = "CREATING"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    FAILED = "FAILED"
    RESET = "RESET"
    SUCCESS = "SUCCESS"


@unique
class SipTrunkAdminStatus(StrEnum):
    """Whether a SIP trunk may be used."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    SYSTEM_DISABLED = "SYSTEM_DISABLED"


@unique
class SipTrunkLocation(StrEnum):
    """Places of a SIP trunk."""

    SAO_PAULO = "SAO_PAULO"
    BOGOTA = "BOGOTA"
    FRANKFURT = "FRANKFURT"
    SWEDEN = "SWEDEN"
    JOHANNESBURG = "JOHANNESBURG"
    NEW_YORK = "NEW_YORK"
    PORTLAND = "PORTLAND"
    MOSCOW = "MOSCOW"
    SINGAPORE = "SINGAPORE"
    ISTANBUL = "ISTANBUL"
    KUALA_LUMPUR = "KUALA_LUMPUR"


@unique
class SipTrunkProviderType(StrEnum):
    """Providers that a SIP trunk can lead to."""

    FRESHWORKS = "FRESHWORKS"
    GENESYS_CLOUD = "GENESYS_CLOUD"
    CISCO_WEBEX = "CISCO_WEBEX"
    OPENAI_REALTIME = "OPENAI_REALTIME"


@unique
class SipTrunkRegistrationStatus(StrEnum):
    """Whether the other end has registered."""

    REGISTERED = "REGISTERED"
    UNREGISTERED = "UNREGISTERED"


@unique
class SipTrunkType(StrEnum):
    """How the other end of a SIP trunk is known."""

    STATIC = "STATIC"
    REGISTERED = "REGISTERED"
    PROVIDER = "PROVIDER"
    AUTHENTICATED = "AUTHENTICATED"
