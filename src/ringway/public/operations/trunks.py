"""Operations on SIP trunks."""

from __future__ import annotations

from typing import Final

from ringway.public.models.queries import PageQuery, RegionsQuery, SipTrunksQuery
from ringway.public.models.trunk_answers import (
    CreateSipTrunkResponse,
    ExtendedSipTrunkStatusResponse,
    SipTrunkPage,
    SipTrunkResetPasswordResponse,
    SipTrunkResponse,
    SipTrunkServiceAddress,
    SipTrunkServiceAddressPage,
    SipTrunkStatusResponse,
)
from ringway.public.models.trunk_parts import Country, Region
from ringway.public.models.trunk_requests import (
    SipTrunkRequest,
    SipTrunkServiceAddressRequest,
    SipTrunkStatusRequest,
    SipTrunkUpdateRequest,
)
from ringway.public.operations.row import Operation, row

TRUNKS: Final[tuple[Operation, ...]] = (
    row(
        "get-sip-trunks",
        "GET /sip-trunks",
        SipTrunkPage,
        "calls:configuration:manage",
        query=SipTrunksQuery,
        errors=(400,),
    ),
    row(
        "create-sip-trunk",
        "POST /sip-trunks",
        CreateSipTrunkResponse,
        "calls:configuration:manage",
        code=202,
        body=SipTrunkRequest,
        errors=(400,),
        rate="100/m",
    ),
    row(
        "get-sip-trunk",
        "GET /sip-trunks/{sipTrunkId}",
        SipTrunkResponse,
        "calls:configuration:manage",
        errors=(404,),
    ),
    row(
        "update-sip-trunk",
        "PUT /sip-trunks/{sipTrunkId}",
        SipTrunkResponse,
        "calls:configuration:manage",
        code=202,
        body=SipTrunkUpdateRequest,
        errors=(400, 404),
        rate="100/m",
    ),
    row(
        "delete-sip-trunk",
        "DELETE /sip-trunks/{sipTrunkId}",
        SipTrunkResponse,
        "calls:configuration:manage",
        code=202,
        errors=(404,),
    ),
    row(
        "reset-sip-trunk-password",
        "POST /sip-trunks/{sipTrunkId}/reset-password",
        SipTrunkResetPasswordResponse,
        "calls:configuration:manage",
        errors=(400, 404),
    ),
    row(
        "get-sip-trunk-status",
        "GET /sip-trunks/{sipTrunkId}/status",
        ExtendedSipTrunkStatusResponse,
        "calls:configuration:manage",
        errors=(400, 404),
        rate="100/m",
    ),
    row(
        "set-sip-trunk-status",
        "POST /sip-trunks/{sipTrunkId}/status",
        SipTrunkStatusResponse,
        "calls:configuration:manage",
        body=SipTrunkStatusRequest,
        errors=(400, 404),
        rate="100/m",
    ),
    row(
        "get-sip-trunk-service-addresses",
        "GET /sip-trunks/service-addresses",
        SipTrunkServiceAddressPage,
        "calls:configuration:manage",
        query=PageQuery,
        errors=(400,),
    ),
    row(
        "create-sip-trunk-service-address",
        "POST /sip-trunks/service-addresses",
        SipTrunkServiceAddress,
        "calls:configuration:manage",
        code=201,
        body=SipTrunkServiceAddressRequest,
        errors=(400,),
        rate="100/m",
    ),
    row(
        "get-sip-trunk-service-address",
        "GET /sip-trunks/service-addresses/{sipTrunkServiceAddressId}",
        SipTrunkServiceAddress,
        "calls:configuration:manage",
        errors=(400, 404),
        rate="100/m",
    ),
    row(
        "update-sip-trunk-service-address",
        "PUT /sip-trunks/service-addresses/{sipTrunkServiceAddressId}",
        SipTrunkServiceAddress,
        "calls:configuration:manage",
        body=SipTrunkServiceAddressRequest,
        errors=(400, 404),
        rate="100/m",
    ),
    row(
        "delete-sip-trunk-service-address",
        "DELETE /sip-trunks/service-addresses/{sipTrunkServiceAddressId}",
        SipTrunkServiceAddress,
        "calls:configuration:manage",
        errors=(400, 404),
        rate="100/m",
    ),
    row(
        "get-countries",
        "GET /sip-trunks/service-addresses/countries",
        list[Country],
        "calls:configuration:manage",
        errors=(400,),
    ),
    row(
        "get-regions",
        "GET /sip-trunks/service-addresses/countries/regions",
        list[Region],
        "calls:configuration:manage",
        query=RegionsQuery,
        errors=(400,),
    ),
)
