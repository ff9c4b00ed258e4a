# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that says where a secret is kept, shared by several modules. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  store:
    description:
      - Where the secret is kept. The options of a store are checked by its O(store.type) alone.
      - The R(guide,ansible_collections.oauthops.iam.docsite.guide_stores) has an example of each.
    type: dict
    required: true
    suboptions:
      type:
        description:
          - The kind of store.
          - V(json_file) is a file on the task's host, V(vault_file) a file in the controller that is encrypted with
            Ansible Vault. V(hashi_vault) is a server of HashiCorp Vault or OpenBao. V(aws_secrets_manager) and
            V(awx_credential) are what their names say.
          - V(command) runs your two programs in the controller, V(module) a module on the task's host.
        type: str
        required: true
        choices: [json_file, vault_file, hashi_vault, aws_secrets_manager, awx_credential, command, module]
      path:
        description:
          - V(json_file). The absolute path of a JSON file, with mode C(0600). It is not encrypted. Needed.
          - V(vault_file). The absolute path of a YAML file that is encrypted as a whole. Needed.
          - V(hashi_vault). The path of the secret in the KV engine, version 2. Needed.
        type: str
      owner:
        description:
          - V(json_file). The owner of the file.
        type: str
      group:
        description:
          - V(json_file). The group of the file.
        type: str
      key:
        description:
          - V(vault_file). The key at the top level of the file. Needed.
        type: str
      vault_id:
        description:
          - V(vault_file). The vault ID that encrypts. If omitted, a file keeps the one that it has, and a new file gets
            the one that C(ansible-vault encrypt) would give it.
        type: str
      vault_password_file:
        description:
          - V(vault_file). The file or script with the password. If neither it nor O(store.vault_password) is set, the
            vault secrets of the run are used.
        type: path
      vault_password:
        description:
          - V(vault_file). The password.
        type: str
      mount:
        description:
          - V(hashi_vault). The mount point of the KV engine, V(secret) if omitted.
        type: str
      url:
        description:
          - V(hashi_vault). The address of the server. If omitted, it is E(ANSIBLE_HASHI_VAULT_ADDR) or E(VAULT_ADDR).
            Needed.
        type: str
      namespace:
        description:
          - V(hashi_vault). The namespace. If omitted, it is E(ANSIBLE_HASHI_VAULT_NAMESPACE) or E(VAULT_NAMESPACE).
        type: str
      ca_cert:
        description:
          - V(hashi_vault). The file with the certificates of the authorities. If omitted, it is
            E(ANSIBLE_HASHI_VAULT_CA_CERT) or E(VAULT_CACERT).
        type: path
      auth_method:
        description:
          - V(hashi_vault). How to log in, V(token) if neither it nor E(ANSIBLE_HASHI_VAULT_AUTH_METHOD) is set.
        type: str
        choices: [token, approle, jwt, kubernetes, cert, userpass, ldap]
      auth_mount_point:
        description:
          - V(hashi_vault). The mount point of the method, its name if neither it nor
            E(ANSIBLE_HASHI_VAULT_MOUNT_POINT) is set.
        type: str
      token:
        description:
          - V(hashi_vault). For V(token) of O(store.auth_method). If omitted, it is E(ANSIBLE_HASHI_VAULT_TOKEN),
            E(VAULT_TOKEN) or what C(~/.vault-token) holds.
        type: str
      role_id:
        description:
          - V(hashi_vault). For V(approle) of O(store.auth_method). If omitted, it is E(ANSIBLE_HASHI_VAULT_ROLE_ID).
        type: str
      secret_id:
        description:
          - V(hashi_vault). For V(approle) of O(store.auth_method). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_SECRET_ID).
        type: str
      role:
        description:
          - V(hashi_vault). The role for V(jwt), V(kubernetes) and V(cert) of O(store.auth_method).
        type: str
      jwt:
        description:
          - V(hashi_vault). For V(jwt) and V(kubernetes) of O(store.auth_method). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_JWT), and for V(kubernetes) the token of the service account.
        type: str
      username:
        description:
          - V(hashi_vault). For V(userpass) and V(ldap) of O(store.auth_method). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_USERNAME).
        type: str
      password:
        description:
          - V(hashi_vault). For V(userpass) and V(ldap) of O(store.auth_method). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_PASSWORD).
        type: str
      cert_auth_public_key:
        description:
          - V(hashi_vault). The file with the certificate for V(cert) of O(store.auth_method). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_CERT_AUTH_PUBLIC_KEY).
        type: path
      cert_auth_private_key:
        description:
          - V(hashi_vault). The file with its key. If omitted, it is E(ANSIBLE_HASHI_VAULT_CERT_AUTH_PRIVATE_KEY).
        type: path
      name:
        description:
          - V(aws_secrets_manager). The name or the ARN of the secret. Needed.
          - V(awx_credential). The name of the credential. Needed.
          - V(module). The full name of a module. Without O(store.write_to) it reads and changes nothing. Needed.
        type: str
      region:
        description:
          - V(aws_secrets_manager). The region. If omitted, it is E(AWS_REGION), or what boto3 finds.
        type: str
      profile:
        description:
          - V(aws_secrets_manager). The profile in AWS's files. If omitted, boto3 decides.
        type: str
      access_key:
        description:
          - V(aws_secrets_manager). The ID of the access key. If omitted, boto3 finds the credentials.
        type: str
      secret_key:
        description:
          - V(aws_secrets_manager). The access key.
        type: str
      session_token:
        description:
          - V(aws_secrets_manager). The session token of temporary credentials.
        type: str
      endpoint_url:
        description:
          - V(aws_secrets_manager). The address of the service, for another one than AWS's own.
        type: str
      aws_ca_bundle:
        description:
          - V(aws_secrets_manager). The file with the certificates of the authorities.
        type: path
      credential_type:
        description:
          - V(awx_credential). The name of its type, which has the fields C(client_id), C(client_secret), C(minted_at)
            and C(rotation). C(client_secret) is secret. Needed.
        type: str
      organization:
        description:
          - V(awx_credential). The organization that owns it. A credential that is created needs it.
        type: str
      controller_host:
        description:
          - V(awx_credential). The address of the controller. If omitted, it is E(CONTROLLER_HOST) or E(TOWER_HOST).
            Needed.
        type: str
      controller_oauthtoken:
        description:
          - V(awx_credential). The OAuth token. If omitted, it is E(CONTROLLER_OAUTH_TOKEN) or E(TOWER_OAUTH_TOKEN).
        type: str
      controller_username:
        description:
          - V(awx_credential). The user, where there is no token. If omitted, it is E(CONTROLLER_USERNAME) or
            E(TOWER_USERNAME).
        type: str
      controller_password:
        description:
          - V(awx_credential). The password of the user. If omitted, it is E(CONTROLLER_PASSWORD) or
            E(TOWER_PASSWORD).
        type: str
      ca_path:
        description:
          - V(awx_credential). The file with the certificates of the authorities.
        type: path
      validate_certs:
        description:
          - V(hashi_vault), V(awx_credential). Whether certificates are verified. If omitted, they are, unless
            E(VAULT_SKIP_VERIFY) or E(CONTROLLER_VERIFY_SSL) says otherwise.
        type: bool
      timeout:
        description:
          - V(hashi_vault), V(aws_secrets_manager), V(awx_credential). How many seconds a request may take, V(30) if
            omitted.
          - V(command). How many seconds a program may take, V(30) if omitted.
        type: float
      read:
        description:
          - V(command). The program that prints the JSON object that is stored, or nothing, and its arguments. Needed.
        type: list
        elements: str
      write:
        description:
          - V(command). The program that stores the JSON object on its standard input, and its arguments. Needed.
        type: list
        elements: str
      environment:
        description:
          - V(command). Variables for both programs. Their values are treated as secrets.
        type: dict
      options:
        description:
          - V(module). The options of the module, when it reads and when it writes.
        type: dict
      read_from:
        description:
          - V(module). Where the mapping is in the result of the module, with dots between keys, V(value) if omitted.
        type: str
      write_to:
        description:
          - V(module). The option that takes the mapping when the module writes. It needs C(no_log). Needed.
        type: str
"""
